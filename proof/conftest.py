"""How much is proved, and with which numbers the dice begin."""

import gc

import pytest

pytest_plugins = ["tests.cast"]

#: Parts of the machine's run that processes take as they come free.
SHARDS = 8


@pytest.fixture(scope="session", autouse=True)
def nothing_loaded_is_garbage() -> None:
    """What the modules made is not looked through again and again: a tenth of a life, and more of a forked process."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, default=40, help="examples of the machine, of 30 steps each")
    parser.addoption("--dice", type=int, default=0, help="another number tries other examples")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shard" in metafunc.fixturenames:
        metafunc.parametrize("shard", range(SHARDS))


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> int:
    """Of this shard."""
    every: int = request.config.getoption("--examples")
    return max(1, every // SHARDS)


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> int:
    number: int = request.config.getoption("--dice")
    return number
