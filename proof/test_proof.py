"""What the proof says of itself: the oracle stands alone, and every mutant still has a line to change."""

import ast
import sys
from pathlib import Path

import pytest

from proof.mutants import ROOT, Mutant, mutants

HERE = Path(__file__).parent


@pytest.mark.parametrize("file", [HERE / "ledger.py", *HERE.glob("oracle/*.py")], ids=lambda file: file.stem)
def test_the_oracle_knows_nothing_of_the_product(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    beyond = {one for one in froms | plain if one.split(".")[0] not in sys.stdlib_module_names}
    assert all(one == "proof.ledger" or one.startswith("proof.oracle.") for one in beyond)


def test_there_are_twenty_mutants_each_wrong_in_its_own_way() -> None:
    assert len({(one.file, one.was) for one in mutants()}) == 20


@pytest.mark.parametrize("mutant", mutants(), ids=lambda one: one.breaks)
def test_the_line_of_a_mutant_stands_there_once(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.was) == 1
