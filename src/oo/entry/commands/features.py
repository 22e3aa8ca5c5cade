"""`oo features`, `oo features table FILE`: everybody's past as reports, or as a table to train on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TextIO

from oo.entry.commands.deed import done
from oo.kernel.ids import UlidIds
from oo.kernel.settings import Settings
from oo.ml.pipelines.book import Book
from oo.ml.pipelines.examples import rows_of
from oo.ml.pipelines.training import answers, coverage

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def report(settings: Settings, out: TextIO) -> None:
    """Print how complete every feature is, and what becomes of tips by weekday and by topic."""
    book = Book()
    _fill(book, settings)
    table = book.table("training")
    tips = book.count(table)
    out.write(f"{tips} tips that were shown; features as they were just before each.\n")
    if tips:
        out.write(f"\n{'feature':<24}{'known':>7}{'mean':>10}{'spread':>10}{'least':>10}{'most':>10}\n")
        for row in _rows(coverage(book.table("moments"))):
            numbers = "".join(f"{_number(row[name]):>10}" for name in ("mean", "spread", "least", "most"))
            out.write(f"{row['feature']:<24}{row['known']:>7.0%}{numbers}\n")
        for by in ("weekday", "topic"):
            out.write(
                f"\n{by:<12}{'tips':>7}{'done':>9}{'snoozed':>9}{'dismissed':>11}{'left':>8}{'done in a day':>15}\n"
            )
            for row in _rows(answers(table, by)):
                name = WEEKDAYS[row[by]] if by == "weekday" else row[by]
                shares = f"{row['done']:>9.0%}{row['snoozed']:>9.0%}{row['dismissed']:>11.0%}{row['left']:>8.0%}"
                out.write(f"{name:<12}{row['tips']:>7}{shares}{row['done_day']:>15.0%}\n")
    book.close()


def table(settings: Settings, path: Path, out: TextIO) -> None:
    """Write the training table as Parquet, for nobody's eyes but the owner's."""
    book = Book()
    _fill(book, settings)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as private:  # mode 0700
        half = Path(private) / path.name
        rows = book.write(book.table("training"), half)
        half.chmod(0o600)
        half.replace(path)
    book.close()
    out.write(f"{rows} rows in {path}. They name nobody, and are of what people let oO learn from; keep them so.\n")


def _fill(book: Book, settings: Settings) -> None:
    """Fold everybody's past in children, page by page, while the next one is fetched."""
    from oo.kernel.children import pool

    with pool(os.cpu_count() or 1) as children:
        for rows in _folded(children, _pages(settings)):
            book.add(rows)


def _folded(children: Executor, pages: Iterator[list[str]]) -> Iterator[Any]:
    waiting = []
    for lines in pages:
        waiting.append(children.submit(rows_of, lines))
        if len(waiting) > 2 * (os.cpu_count() or 1):
            yield waiting.pop(0).result()
    for one in waiting:
        yield one.result()


def _pages(settings: Settings) -> Iterator[list[str]]:
    salt, after = UlidIds().token(), ""
    while after is not None:
        page: Mapping[str, Any] = done(settings, {"do": "pasts", "after": after, "salt": salt})
        if page["lines"]:
            yield page["lines"]
        after = page["after"]


def _rows(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
