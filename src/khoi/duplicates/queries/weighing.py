"""How sure it is that the two of a pair are one: a model of Fellegi and Sunter that Splink trains on the rows
themselves, without anybody saying who is who."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, Final

from khoi.duplicates.queries.engine import Engine
from khoi.duplicates.rules.levels import Comparison, chance_of_sharing

#: A pair counts as one from here on: more likely than not.
LIKELY: Final = 0.5
#: So many random pairs tell how often two rows agree by chance; the seed makes every run the same.
_RANDOM_PAIRS: Final = 200_000
_SEED: Final = 1
#: How likely two random rows are one, before anything was learnt.
_FIRST_GUESS: Final = 0.0001
#: Training looks at so many pairs at most, of those that agree on one column.
_MOST: Final = 1_000_000


def weigh(
    engine: Engine,
    comparisons: Sequence[Comparison],
    *,
    rounds: Sequence[str],
    prior: float | None = None,
    least: float = LIKELY,
) -> Any:
    """The pairs of the table ``pair`` that are one with at least this likelihood: a relation of ``unique_id_l``,
    ``unique_id_r``, ``match_probability``.

    ``rounds``: columns of ``record``; among pairs that agree on one of them the others are trained. ``prior``: how
    likely two random rows are one; learnt in the rounds unless it is given.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    api = DuckDBAPI(engine.duck)
    guess = _FIRST_GUESS if prior is None else prior
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_told(one, guess) for one in comparisons],
        blocking_rules_to_generate_predictions=[block_on(comparisons[0].column)],
        retain_matching_columns=False,
        probability_two_random_records_match=guess,
    )
    linker = Linker(api.register("record"), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    _train(linker, rounds, learn_prior=prior is None)
    linker.table_management.register_blocked_pairs_for_predict(api.register("pair"))
    found = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    return found.as_duckdbpyrelation()


def _told(comparison: Comparison, prior: float) -> dict[str, Any]:
    columns = {"l": f"{comparison.column}_l", "r": f"{comparison.column}_r"}
    fixed = {"fix_m_probability": True} if comparison.telling else {}
    levels = [
        {
            "sql_condition": level.condition.format(**columns),
            "label_for_charts": level.name,
            **_said(level.usual),
            **fixed,
        }
        for level in comparison.levels
    ]
    if comparison.rare:
        levels[0]["tf_adjustment_column"] = comparison.rare
    if comparison.telling:
        levels[0] |= {"u_probability": chance_of_sharing(comparison, prior=prior), "fix_u_probability": True}
    missing = {
        "sql_condition": "{l} is null or {r} is null".format(**columns),
        "label_for_charts": "missing",
        "is_null_level": True,
    }
    last = {"sql_condition": "ELSE", "label_for_charts": "else", **_said(comparison.otherwise), **fixed}
    return {"output_column_name": comparison.column, "comparison_levels": [missing, *levels, last]}


def _said(usual: float | None) -> dict[str, Any]:
    return {} if usual is None else {"m_probability": usual}


def _train(linker: Any, rounds: Sequence[str], *, learn_prior: bool) -> None:
    """A round that tells nothing is left out."""
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    settings = linker._settings_obj
    for column in rounds:
        prior = settings._probability_two_random_records_match
        with contextlib.suppress(EMTrainingException):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(column),
                max_pairs=_MOST,
                record_sample_proportion=1.0,
                populate_probability_two_random_records_match_from_trained_values=learn_prior,
            )
        if not 0 < settings._probability_two_random_records_match < 1:  # of pairs that all agree comes no figure
            settings._probability_two_random_records_match = prior
