"""One small language for filters, segments, scoring rules, criteria, gates and routing.

A condition is a JSON tree: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}` or
`{"field": key, "op": op, "value": value}`.
`parse` reads it against the registered fields, `holds` judges one record in Python and says why, `sql.to_q` finds the
same records in the database (imported apart, for it alone needs Django), `sentence` says it in words.

Every answer is yes or no, never unknown. A field without a value makes its leaf false, whatever the operator, except
`is_empty`; an empty text is no value. `not` is the plain complement, so "not: source is web" holds for a lead without a
source, while "source ne web" does not. `all` of nothing holds, `any` of nothing does not. Text is compared folded (no
marks, no case), codes exactly. Money is compared in the minor units of the field's currency.

`between` includes both ends, but for moments leaves out the second. `within_days` n is the last n days, today or now
included; `{"next": n}` the coming ones, today included, now not. `{"days": n}` in place of a day or a moment is n days
from today or now, negative for the past.
"""

from khoi.kit.conditions.judging import Clause, Verdict, holds
from khoi.kit.conditions.reading import ConditionError, as_json, parse
from khoi.kit.conditions.tree import OPERATORS, All, Any, Condition, Field, Leaf, Not, fields_of
from khoi.kit.conditions.words import sentence

__all__ = [
    "OPERATORS",
    "All",
    "Any",
    "Clause",
    "Condition",
    "ConditionError",
    "Field",
    "Leaf",
    "Not",
    "Verdict",
    "as_json",
    "fields_of",
    "holds",
    "parse",
    "sentence",
]
