"""Where the run manifest of a table of results stands."""

from pathlib import Path


def run_manifest_path(table: Path) -> Path:
    """Give the path of the run manifest, `results.csv.run.json`, of `results.csv`.

    >>> from pathlib import Path
    >>> from gantei.study.run_manifest_path import run_manifest_path
    >>> run_manifest_path(Path("study/results.csv")).name
    'results.csv.run.json'
    """
    return table.with_name(f"{table.name}.run.json")
