"""Mapping: which column of a file means what. A mapping is a TOML file, or is proposed from the headings."""

from khoi.capture.rules.mapping.applying import RowReader, apply, check_against_lead
from khoi.capture.rules.mapping.cells import Value
from khoi.capture.rules.mapping.fields import FIELDS, LEAD, NAME_PARTS, OPPORTUNITY, REJECTED_COLUMNS, Field
from khoi.capture.rules.mapping.format import (
    Assertion,
    Column,
    External,
    Fit,
    Mapping,
    NewField,
    best_fit,
    dump_mapping,
    fit,
)
from khoi.capture.rules.mapping.loading import BadMapping, MappingProblem, load_mapping
from khoi.capture.rules.mapping.own import FILLED, MOST, OwnTarget, choices_in, guess_type, own_name, own_target
from khoi.capture.rules.mapping.parsed import Claim, ExternalKey, Extra, Parsed, Problem
from khoi.capture.rules.mapping.proposing import Guess, Proposal, propose_mapping

__all__ = [
    "FIELDS",
    "FILLED",
    "LEAD",
    "MOST",
    "NAME_PARTS",
    "OPPORTUNITY",
    "REJECTED_COLUMNS",
    "Assertion",
    "BadMapping",
    "Claim",
    "Column",
    "External",
    "ExternalKey",
    "Extra",
    "Field",
    "Fit",
    "Guess",
    "Mapping",
    "MappingProblem",
    "NewField",
    "OwnTarget",
    "Parsed",
    "Problem",
    "Proposal",
    "RowReader",
    "Value",
    "apply",
    "best_fit",
    "check_against_lead",
    "choices_in",
    "dump_mapping",
    "fit",
    "guess_type",
    "load_mapping",
    "own_name",
    "own_target",
    "propose_mapping",
]
