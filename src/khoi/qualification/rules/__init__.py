"""Which stage a lead has reached, by criteria agreed beforehand, and how warm it is."""

from khoi.qualification.rules.criteria import AUTOMATIC, DEFAULT_POLICY, FIELDS, Policy, PolicyError, parse_policy
from khoi.qualification.rules.judging import Gate, Judgement, judge
from khoi.qualification.rules.temperature import BantFact, Temperature, temperature

__all__ = [
    "AUTOMATIC",
    "DEFAULT_POLICY",
    "FIELDS",
    "BantFact",
    "Gate",
    "Judgement",
    "Policy",
    "PolicyError",
    "Temperature",
    "judge",
    "parse_policy",
    "temperature",
]
