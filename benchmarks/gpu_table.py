"""The rows of `gpu.py` as Markdown."""

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]
RATES = ("network alone", "predict", "serve", "PyTorch")
PRODUCT = "matrix product, float32"


def markdown(rows: list[Row], *, dry: bool) -> str:
    """Write what was measured, what disagrees, and what failed."""
    machine = rows[0]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    parts = [
        "# A dry run on the CPU: its numbers mean nothing\n" if dry else "# gantei on a GPU\n",
        f"{machine['card']}; {versions}\n",
        _limits(rows),
        _rates(rows),
        _options(rows),
        _agreement(rows),
        _failed(rows),
    ]
    return "\n".join(part for part in parts if part)


def _of(rows: Iterable[Row], measure: str) -> list[Row]:
    return [row for row in rows if row["measure"] == measure and not _why(row)]


def _why(row: Row) -> str | None:
    """Why there is no number: an error, or something that is not installed."""
    return row.get("error") or row.get("absent")


def _table(head: tuple[str, ...], lines: Iterable[tuple[object, ...]]) -> str:
    every = [head, tuple("---" for _ in head), *lines]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in every) + "\n"


def _limits(rows: list[Row]) -> str:
    lines = [(row["what"], f"{row['value']:.3g} {row['unit']}") for row in _of(rows, "ceiling")]
    return "The card's own limits, measured:\n\n" + _table(("what", "at most"), lines)


def _rates(rows: list[Row]) -> str:
    """One line per network, measure and batch, with the share of the limit of arithmetic."""
    work = {row["network"]: row["gigaflops"] for row in _of(rows, "work")}
    most = {row["what"]: row["value"] for row in _of(rows, "ceiling")}.get(PRODUCT)
    lines = []
    for row in (each for measure in RATES for each in _of(rows, measure)):
        operations = work.get(row["network"], 0) * row["photographs_per_s"] / 1e3
        share = f"{operations / most:.3f}" if most and operations else "–"
        percent = row["gpu_percent"]
        lines.append(
            (row["network"], row["measure"], row["batch"], f"{row['photographs_per_s']:.4g}", share,
             "–" if percent is None else f"{percent:.0f} %")
        )  # fmt: skip
    counted = ", ".join(f"{network} {number:.3g}" for network, number in work.items())
    head = ("network", "measure", "batch", "photographs/s", "share of the limit", "GPU busy")
    return (
        "10^9 operations per photograph, of convolutions and matrix products alone: "
        f"{counted}. The share is theirs of what a large float32 product reaches.\n\n"
        f"{_table(head, sorted(lines))}"
    )


def _options(rows: list[Row]) -> str:
    lines = [
        (row["network"], row["options"], row["batch"], f"{row['photographs_per_s']:.4g}")
        for row in _of(rows, "options")
    ]
    return _table(("network", "options", "batch", "photographs/s"), lines)


def _agreement(rows: list[Row]) -> str:
    lines = [
        (row["network"], row["what"], f"{row['difference']:.2g}", f"{row['limit']:g}",
         "yes" if row["ok"] else "**no**")
        for row in _of(rows, "agreement")
    ]  # fmt: skip
    head = ("network", "compared", "largest difference", "limit", "within")
    return "Embeddings, differences as shares of the largest number:\n\n" + _table(head, lines)


def _failed(rows: list[Row]) -> str:
    lines = [(row["measure"], row.get("network", ""), _why(row)) for row in rows if _why(row)]
    return "Not measured:\n\n" + _table(("measure", "network", "why"), lines) if lines else ""
