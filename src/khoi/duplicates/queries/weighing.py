"""How sure it is that the two of a pair are one: a model of Fellegi and Sunter that Splink trains on the rows
themselves, without anybody saying who is who."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from khoi.duplicates.queries.engine import Engine
from khoi.duplicates.rules.columns import Kind
from khoi.duplicates.rules.levels import LEVELS, Level

#: A pair counts as one from here on: more likely than not.
LIKELY: Final = 0.5
#: So many random pairs tell how often two rows agree by chance; the seed makes every run the same.
_RANDOM_PAIRS: Final = 200_000
_SEED: Final = 1
#: The columns on which pairs for training must agree: few, each with some pairs and not too many.
_ROUNDS: Final = 4
_FEWEST: Final = 10
_MOST: Final = 1_000_000


def weigh(engine: Engine, kinds: Mapping[str, Kind], *, least: float = LIKELY) -> list[tuple[int, int, float]]:
    """The pairs of the table ``pair`` that are one with at least this likelihood: (row, row, likelihood).

    ``kinds``: column of ``record`` → what it holds.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    api = DuckDBAPI(engine.duck)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(name, LEVELS[kind]) for name, kind in kinds.items()],
        blocking_rules_to_generate_predictions=[block_on(next(iter(kinds)))],
        retain_matching_columns=False,
    )
    linker = Linker(api.register("record"), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    _train(linker, _agreeing(engine, list(kinds)))
    linker.table_management.register_blocked_pairs_for_predict(api.register("pair"))
    found = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    rows = found.as_duckdbpyrelation().select("unique_id_l, unique_id_r, match_probability").fetchall()
    return sorted((one, other, float(sure)) for one, other, sure in rows)


def _comparison(name: str, levels: Sequence[Level]) -> dict[str, Any]:
    columns = {"l": f"{name}_l", "r": f"{name}_r"}
    told = [
        Level("same", "{l} = {r}"),
        *levels,
    ]
    between = [{"sql_condition": one.condition.format(**columns), "label_for_charts": one.name} for one in told]
    between[0]["tf_adjustment_column"] = name
    missing = {
        "sql_condition": "{l} is null or {r} is null".format(**columns),
        "label_for_charts": "missing",
        "is_null_level": True,
    }
    return {
        "output_column_name": name,
        "comparison_levels": [missing, *between, {"sql_condition": "ELSE", "label_for_charts": "else"}],
    }


def _agreeing(engine: Engine, columns: Sequence[str]) -> list[str]:
    """The columns to train on: those on which the fewest pairs agree, but some do."""
    counted = []
    for column in columns:
        relation = engine.duck.table("record").filter(f"{column} is not null")
        sizes = relation.aggregate(f"{column}, count(*) as n").aggregate("sum(n * (n - 1) / 2) as pairs")
        pairs = sizes.fetchall()[0][0] or 0
        if pairs >= _FEWEST:
            counted.append((pairs, column))
    return [column for _, column in sorted(counted)[:_ROUNDS]]


def _train(linker: Any, columns: Sequence[str]) -> None:
    """Among pairs that agree on one column the others tell matches from chance. A round that tells nothing is left
    out."""
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    for column in columns:
        with contextlib.suppress(EMTrainingException):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(column),
                max_pairs=_MOST,
                record_sample_proportion=1.0,
                populate_probability_two_random_records_match_from_trained_values=True,
            )
