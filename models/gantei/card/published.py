"""The published results that stand in a card beside an estimator's own."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from ..manifests.manifest import Manifest
from .document import Bar, Block, Figure, Paragraph, Subheading, Table

FILE = Path(__file__).parents[1] / "published.toml"
WARNING = (
    "Do not rank across rows: ranges of age, cameras and exclusions differ from work to work, and "
    "an error in years grows with the range of ages."
)
HEADER = ("work", "data", "mean absolute error of age, years", "sex", "doi")
OWN = {"mean absolute error": ("age", 0.0, 5.0), "AUC": ("sex", 0.5, 1.0)}
"""The metric that is drawn for each task, and where its bars start and end."""


@cache
def works() -> tuple[dict[str, Any], ...]:
    """Read the rows of `published.toml`."""
    return tuple(tomllib.loads(FILE.read_text("utf-8"))["work"])


def published(manifest: Manifest) -> tuple[Block, ...]:
    """Give the table with its warning, and the figure for the estimator's task."""
    rows = tuple(
        (str(work["name"]), str(work["data"]), _age(work), _sex(work), str(work["doi"]))
        for work in works()
    )
    heading = Subheading("Published results of others")
    return heading, Paragraph(WARNING, strong=True), Table(HEADER, rows), *_figures(manifest)


def _age(work: dict[str, Any]) -> str:
    errors = work.get("age_error")
    if not isinstance(errors, list):
        return "not reported"
    return _noted(" to ".join(f"{error:.2f}" for error in errors), work.get("age_note"))


def _sex(work: dict[str, Any]) -> str:
    if "sex_auc" not in work:
        return "not reported"
    bound = f"{work['sex_bound']} " if "sex_bound" in work else ""
    return _noted(f"AUC {bound}{work['sex_auc']}", work.get("sex_note"))


def _noted(text: str, note: object) -> str:
    return f"{text} ({note})" if note else text


def _figures(manifest: Manifest) -> tuple[Figure, ...]:
    own = [figure for figure in manifest.reported if OWN.get(figure.metric, ("",))[0]]
    if not own or OWN[own[0].metric][0] != manifest.task:
        return ()
    metric = own[0].metric
    _, start, end = OWN[metric]
    bars = [Bar(manifest.name, own[0].value, own[0].value, f"{own[0].value:g}", own=True)]
    for work in works():
        errors = work.get("age_error" if manifest.task == "age" else "sex_auc")
        if errors is None:
            continue
        values = [float(each) for each in (errors if isinstance(errors, list) else [errors])]
        bound = f"{work['sex_bound']} " if manifest.task == "sex" and "sex_bound" in work else ""
        text = bound + " to ".join(f"{each:.2f}" for each in values)
        bars.append(Bar(str(work["name"]), min(values), max(values), text))
    unit = ", years" if manifest.task == "age" else ""
    return (
        Figure(
            f"{metric}{unit}, as each publisher reports it: no ranking", start, end, tuple(bars)
        ),
    )
