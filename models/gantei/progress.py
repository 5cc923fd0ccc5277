"""A progress bar on a terminal, nothing in a pipe."""

from typing import Any


def progress(total: int, unit: str) -> Any:
    """Give a tqdm bar on standard error: count, rate and remaining time; silent off a terminal."""
    from tqdm import tqdm

    return tqdm(total=total, unit=unit, disable=None, dynamic_ncols=True)
