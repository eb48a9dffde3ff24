"""What the proof says of itself: the oracle stands alone, and every mutant still has a line to change."""

import ast
import sys
from pathlib import Path

import pytest

from proof.mutants import ROOT, Mutant, mutants


@pytest.mark.parametrize("name", ["oracle.py", "ledger.py"])
def test_the_oracle_knows_nothing_of_the_product(name: str) -> None:
    tree = ast.parse(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {one for one in froms | plain if one.split(".")[0] not in sys.stdlib_module_names} <= {"proof.ledger"}


def test_there_are_twenty_mutants_each_wrong_in_its_own_way() -> None:
    assert len({(one.file, one.was) for one in mutants()}) == 20


@pytest.mark.parametrize("mutant", mutants(), ids=lambda one: one.breaks)
def test_the_line_of_a_mutant_stands_there_once(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.was) == 1
