"""The training table and the reports as Ibis expressions: here on DuckDB, on Spark where a node is outgrown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oo.ml.pipelines.examples import FEATURES, Row, Rows

if TYPE_CHECKING:
    import ibis.expr.types as ir

MAGIC_SECONDS = 30 * 60
"""Within this time a tip was acted on at once (product.md section 10)."""
DAY_SECONDS, WEEK_SECONDS = 86_400, 7 * 86_400

_PERSON = {"person": "string", "at": "float64"}
_CALENDAR = {"day": "int64", "weekday": "int64", "hour": "float64"}
SCHEMAS: Mapping[str, Mapping[str, str]] = {
    "moments": {
        **_PERSON,
        **dict.fromkeys(("tip", "task", "topic"), "string"),
        **_CALENDAR,
        **dict.fromkeys(FEATURES, "float64"),
    },
    "reactions": {**_PERSON, "tip": "string", "verb": "string", "dwell_ms": "int64"},
    "completions": {**_PERSON, "task": "string", **_CALENDAR, "timed": "boolean"},
}
"""The columns of the three tables that everything is made of."""


def columns(rows: Rows) -> dict[str, dict[str, list[Any]]]:
    """Rows as columns, by table."""
    return {
        table: {name: [row[name] for row in _rows(rows, table)] for name in schema} for table, schema in SCHEMAS.items()
    }


def training(moments: ir.Table, reactions: ir.Table, completions: ir.Table) -> ir.Table:
    """A row a tip: what was known just before it, and what came of it.

    `verb` is the last answer (null: none) and `seconds` the time until it; `acted` is done within half an hour;
    `done_day`, `done_week`: its task was finished in its app within a day, a week.
    """
    import ibis

    last = reactions.group_by("person", "tip").agg(
        verb=reactions.verb.argmax(reactions["at"]),
        answered=reactions["at"].max(),
        dwell_ms=reactions.dwell_ms.argmax(reactions["at"]),
    )
    answered = moments.left_join(last, ["person", "tip"]).drop("person_right", "tip_right")
    tips = moments.select("person", "tip", "task", served=moments["at"])
    later = tips.inner_join(completions, ["person", "task"]).filter(lambda t: t["at"] >= t.served)
    lived = later.group_by("person", "tip").agg(finished=later["at"].min())
    whole = answered.left_join(lived, ["person", "tip"]).drop("person_right", "tip_right")
    after = whole.finished - whole["at"]
    return (
        whole.mutate(
            seconds=whole.answered - whole["at"],
            acted=((whole.verb == "done") & (whole.answered - whole["at"] <= MAGIC_SECONDS)).fill_null(False),
            done_day=(after <= DAY_SECONDS).fill_null(False),
            done_week=(after <= WEEK_SECONDS).fill_null(False),
        )
        .drop("answered", "finished")
        .order_by(ibis._.person, ibis._["at"], ibis._.tip)
    )


def coverage(moments: ir.Table) -> ir.Table:
    """A row a feature: the share of moments in which it is known, and its mean, spread and range where it is."""
    import ibis

    rows = [
        moments.agg(
            known=moments[name].count() / ibis.greatest(moments.count(), 1),
            mean=moments[name].mean(),
            spread=moments[name].std(how="pop"),
            least=moments[name].min(),
            most=moments[name].max(),
        ).select(ibis.literal(name).name("feature"), "known", "mean", "spread", "least", "most")
        for name in FEATURES
    ]
    return ibis.union(*rows).order_by("feature")


def answers(table: ir.Table, by: str) -> ir.Table:
    """A row a value of a column: how many tips, and the shares done, snoozed, dismissed, left, and done in life."""
    return (
        table.group_by(by)
        .agg(
            tips=table.count(),
            done=(table.verb == "done").fill_null(False).mean(),
            snoozed=(table.verb == "snoozed").fill_null(False).mean(),
            dismissed=(table.verb == "dismissed").fill_null(False).mean(),
            left=table.verb.isnull().mean(),
            done_day=table.done_day.mean(),
        )
        .order_by(by)
    )


def rhythm(completions: ir.Table) -> ir.Table:
    """A row an hour of a weekday: how many tasks were finished, of those whose hour is known."""
    timed = completions.filter(completions.timed)
    return (
        timed.mutate(clock=timed.hour.floor().cast("int64"))
        .group_by("weekday", "clock")
        .agg(finished=lambda t: t.count())
        .order_by("weekday", "clock")
    )


def _rows(rows: Rows, table: str) -> list[Row]:
    found: list[Row] = getattr(rows, table)
    return found
