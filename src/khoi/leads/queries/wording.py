"""What a rule asks of a lead, in words."""

from collections.abc import Mapping
from datetime import tzinfo

from khoi.kit.conditions import Field, parse, sentence
from khoi.leads.fields import FIELDS


def in_words(
    tree: object, *, language: str, zone: tzinfo, fields: Mapping[str, Field] = FIELDS, capital: bool = True
) -> str:
    """The condition as a sentence. What must simply be so is said by its label alone: "Can be reached"."""
    said = _plain_yes(tree, fields) or sentence(parse(tree, fields), fields, language, zone)
    return said[:1].upper() + said[1:] if capital else said


def _plain_yes(tree: object, fields: Mapping[str, Field]) -> str:
    if not isinstance(tree, dict) or tree.get("op") != "eq" or tree.get("value") is not True:
        return ""
    field = fields.get(tree["field"])
    return str(field.label) if field is not None and field.type == "boolean" else ""
