"""What every test may ask for."""

import gc
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["tests.left_out", "tests.cast", "tests.installation", "tests.sweeping"]

# A busy machine is slow, not wrong. A strict run tries the same inputs every time, so its answer is about the change.
settings.register_profile("khoi", deadline=None, derandomize=os.environ.get("KHOI_STRICT", "") not in {"", "0"})
settings.load_profile("khoi")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared data files; a test that asks for it is marked ``data``."""
    from tests.left_out import shared_data as find

    folder = find()
    assert folder, "mark the test with @pytest.mark.data"
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium without a window; a test that asks for it is marked ``browser``."""
    from playwright.sync_api import sync_playwright

    from tests.left_out import chromium

    # Playwright runs an event loop in this thread; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as engines:
        program = engines.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield program
        program.close()


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_alone() -> Iterator[None]:
    """``response.context`` is that of the page: Django would copy it for each of the hundred parts a page includes."""
    client: Any = import_module("django.test.client")

    def store_page(store: dict[str, Any], signal: Any, sender: Any, template: Any, context: Any, **more: Any) -> None:
        if context.template is template:
            store_each(store, signal, sender, template, context, **more)

    store_each = client.store_rendered_templates
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(client, "store_rendered_templates", store_page)
        yield


def pytest_collection_finish() -> None:
    """All that was loaded stays: looking through it for garbage again and again takes a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def nothing_is_kept_of_the_past() -> None:
    """Two tests may end at the same place of the chain with other rows."""
    import_module("khoi.timemachine.queries.keeping").forget()
