"""`metrics.csv`, `metrics.json`, `excluded.csv`, and the data dictionary of both tables."""

import json
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..labels.estimated_output import EstimatedOutput
from ..study.columns import write_dictionary
from ..system.environment import environment
from ..system.files import atomic_write
from ..table_files.csv_writing import write_csv
from .evaluation import Evaluation
from .excluded_units import COLUMNS as EXCLUDED_COLUMNS
from .excluded_units import excluded_rows
from .metrics_columns import COLUMNS, NAMES
from .report_folder import FORMAT, METRICS_JSON

METRICS_CSV, EXCLUDED_CSV, DICTIONARY = "metrics.csv", "excluded.csv", "dictionary.csv"
VERSION = 1
"""Of the layout of `metrics.json`."""
_WORDS = frozenset({"why_text", "notes_text", "name", "name_ja"})
_LIBRARIES = ("scipy", "scikit-learn", "matplotlib")


def write_metrics(evaluation: Evaluation, folder: Path) -> tuple[str, ...]:
    """Write the tables of a report, and give the names of the files.

    `metrics.json` and `metrics.csv` name no photograph and no person; `excluded.csv` does, and is
    not written where nothing was left out.

    Raises:
        OutputError: a file cannot be written.
    """
    records = evaluation.rows()
    excluded = list(excluded_rows(evaluation))
    tables = {"metrics": COLUMNS, **({"excluded": EXCLUDED_COLUMNS} if excluded else {})}
    with atomic_write(folder / METRICS_CSV) as file:
        write_csv(NAMES, ([each[name] for name in NAMES] for each in records), file)
    if excluded:
        with atomic_write(folder / EXCLUDED_CSV) as file:
            write_csv([column.name for column in EXCLUDED_COLUMNS], excluded, file)
    with atomic_write(folder / DICTIONARY) as file:
        write_dictionary(tables, file)
    with atomic_write(folder / METRICS_JSON) as file:
        text = json.dumps(metrics_json(evaluation), ensure_ascii=False, indent=1, allow_nan=False)
        file.write(text.encode() + b"\n")
    return (METRICS_CSV, METRICS_JSON, *([EXCLUDED_CSV] if excluded else []), DICTIONARY)


def metrics_json(evaluation: Evaluation) -> dict[str, Any]:
    """Give the figures with what they were made of and by; without a photograph's or person's name.

    Figures are by the columns of `metrics.csv`, without empty cells and without words.
    """
    made_by = environment()
    made_by["versions"] |= _versions()
    return {
        "format": FORMAT,
        "format_version": VERSION,
        **made_by,
        "files": [asdict(each) for each in evaluation.files],
        "options": asdict(evaluation.options),
        "has_persons": evaluation.has_persons,
        "outputs": [_output(each) for each in evaluation.outputs],
        "without_labels": [each.key for each in evaluation.unlabelled],
        "flows": [asdict(each) for each in evaluation.flows],
        "cohorts": [
            {
                "output": key,
                "level": level,
                "units": len(cohort.units),
                "people": cohort.units.present(),
                "photographs": cohort.photographs,
                "excluded": cohort.excluded(),
            }
            for (key, level), cohort in evaluation.cohorts.items()
        ],
        "thresholds": [
            {"output": key, "level": level, **asdict(each)}
            for (key, level), each in evaluation.thresholds.items()
        ],
        "reported_elsewhere": [asdict(each) for each in evaluation.reported],
        "settings": [asdict(each) for each in evaluation.settings],
        "settled_on_these_labels": {
            output.key: list(facts)
            for output in evaluation.outputs
            if (facts := evaluation.settled_here(output))
        },
        "sample_sizes": [asdict(each) for each in evaluation.sample_sizes],
        "figures": [_told(each) for each in evaluation.rows()],
    }


def _told(figure: dict[str, Any]) -> dict[str, Any]:
    return {key: cell for key, cell in figure.items() if cell is not None and key not in _WORDS}


def _output(output: EstimatedOutput) -> dict[str, Any]:
    return {"key": output.key, **asdict(output)}


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
