"""docs/evaluate.md: every figure of an evaluation, and every reason why one is missing."""

from collections.abc import Iterator

from gantei.evaluation.figure_reasons import FIGURE_REASONS
from gantei.evaluation.metrics_columns import COLUMNS
from gantei.statistics.metric_names import METRICS

PAGE = "evaluate.md"
SCALES = {
    "plain": "x",
    "log": "log x",
    "logit": "log (x / (1 − x))",
    "log_of_rest": "log (1 − x)",
    "fisher": "artanh x",
}
HEAD = """# Evaluate

What `gantei evaluate` computes, and how. [study.md](study.md) leads through it, and says what a
table of labels holds; [commands.md](commands.md#gantei-evaluate) has every option.

## Who counts

A *unit* is a photograph, an eye of a person at one visit, or a person at one visit: figures are
given by each. Photographs of an eye are averaged first, then the eyes; numbers as they are,
probabilities as logits. A *person* is what intervals count: two eyes, or ten visits, of one are
no two people. Whose photographs are whose, the labels say (`--person`), or the results.

`excluded.csv` lists what was left out, with the reason; the report counts it.

## Figures

The code stands in `metrics.csv`, the scale is where its interval is computed. Of several classes
each figure is one class against the rest, and `macro_…` the plain mean over the classes.
"""
INTERVALS = """## Intervals

95 % intervals come from 2,000 draws of persons, with replacement. On the figure's scale they
reach a quantile times the standard error of the draws (delta method) to either side: Student's
quantile, with persons less one degrees of freedom (of AUC and balanced accuracy: of the class
with fewer persons); of mean errors, Brier score and log loss the quantiles of the draws
themselves (bootstrap-t, doi 10.1214/aos/1176350933). Calibration has the sandwich over persons
(doi 10.1093/biomet/73.1.13), and is not given below 150 persons. Where all answers are right, or
all are wrong, the bounds are exact (Clopper and Pearson, doi 10.1093/biomet/26.4.404). No
interval rests on fewer than 10 persons, or on the one or two who differ from all others. The draws
are the same on every machine.

How often they hold the true value, by simulation: 0.92 to 0.98 of cohorts of 60 people, 0.93 to
0.97 of 150 and 400 ([benchmarks](../benchmarks/README.md#intervals), with the exceptions).

## Groups, comparisons, thresholds

- `--by camera,sex,age:10`: figures of each group, and their difference to all others whose group
  is known, by the same draws. p-values are two-sided, after Holm over the groups of one variable
  and figure. A group of fewer than 10 persons, or of 10 of a class, has none, and says so.
  Where the photographs of many persons differ, as by a camera per eye, the report has such groups
  by eye or by photograph, and says why.
- Several estimators, or several tables of results, with the same label: differences on the same
  people, by the same draws, after Holm. `--compare A B` chooses.
- `--threshold 0.3` is given beforehand. `youden` and `sensitivity:0.95` choose it on these
  people: what depends on it is marked as optimistic, wherever it stands.
- `--sample-size auc=0.05`: how many people would give an interval so wide, if they are like
  these. The answer is as uncertain as the pilot is small.

## Why a figure, or its interval, is missing
"""
TABLE = "## The columns of metrics.csv\n"


def text() -> str:
    """The page."""
    parts = [HEAD, *_figures(), INTERVALS, *_reasons(), TABLE, *_columns()]
    return "\n".join(part.rstrip("\n") if part.startswith("|") else part for part in parts) + "\n"


def _figures() -> Iterator[str]:
    yield "| code | figure | | scale | |"
    yield "|---|---|---|---|---|"
    for code, name in METRICS.items():
        if not code.startswith("macro_"):
            meaning = name.meaning.replace("|", r"\|")
            names = f"{name.english} | {name.japanese}"
            yield f"| `{code}` | {names} | {SCALES[name.scale]} | {meaning} |"
    yield ""


def _reasons() -> Iterator[str]:
    yield "| code | English | Japanese |"
    yield "|---|---|---|"
    for code, (english, japanese) in FIGURE_REASONS.items():
        yield f"| `{code}` | {english} | {japanese} |"
    yield ""


def _columns() -> Iterator[str]:
    yield "| column | meaning |"
    yield "|---|---|"
    for column in COLUMNS:
        yield f"| `{column.name}` | {column.meaning} |"
