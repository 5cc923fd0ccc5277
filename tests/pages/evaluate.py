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

A *unit* is a photograph, an eye at one visit, or a person at one visit: figures are given per each.
Photographs of an eye are averaged first, then the eyes; numbers as they are, probabilities as
logits, those of several classes as logarithms. Intervals count *persons*: two eyes, or ten visits,
of one person are not two people. The labels (`--person`) or the results say whose each photograph
is.

`excluded.csv` lists what was left out, with the reason; the report counts it.

## Figures

The code is that in `metrics.csv`, the scale that on which the interval is computed. With several
classes, each figure is of one class against the rest, and `macro_…` is the mean over the classes.
"""
INTERVALS = """## Intervals

95% confidence intervals come from 2,000 bootstrap draws of persons. On the figure's scale, they
are the figure plus and minus a quantile times the standard error of the draws (delta method). The
quantiles are Student's, with the number of persons minus 1 as degrees of freedom (for AUC and
balanced accuracy, of persons in the smallest class); for mean absolute and root mean square error,
Brier score and log loss, those of the bootstrap-t (doi 10.1214/aos/1176350933). Calibration has
the sandwich estimator over persons (doi 10.1093/biomet/73.1.13), and is not given below 150
persons. Where all answers are right, or all are wrong, the bounds are exact (Clopper and Pearson,
doi 10.1093/biomet/26.4.404). No interval rests on fewer than 10 persons, or on the one or two who
differ from all others. The draws
are the same on every machine.

Their coverage in simulations: 0.92 to 0.98 with 60 people, 0.93 to 0.97 with 150 and 400
([benchmarks](../benchmarks/README.md#intervals), with the exceptions).

## Groups, comparisons, thresholds

- `--by camera,sex,age:10`: figures of each group, and their difference from all others whose group
  is known, on the same draws. p-values are two-sided, adjusted by Holm's method over the groups of
  one variable and figure. A group with fewer than 10 persons, or fewer than 10 of a class, has
  none, and the report says so. Where the photographs of many persons are of several groups, as
  with a camera per eye, the report has such groups per eye or per photograph, and says why.
- Several estimators, or several tables of results, with the same label: differences on the same
  people and the same draws, with p-values after Holm. `--compare A B` chooses.
- `--threshold 0.3` is fixed: choose it before you see these results. `youden` and
  `sensitivity:0.95` choose it on these people: what depends on it is marked as optimistic wherever
  it stands.
- `--sample-size auc=0.05`: how many people would give an interval of that width, if they are like
  these. The smaller the pilot, the less certain the answer.

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
