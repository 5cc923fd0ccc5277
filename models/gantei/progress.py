"""A progress bar on a terminal, nothing in a pipe."""

from typing import Any


def progress(total: int | None, unit: str, done: int = 0) -> Any:
    """Give a tqdm bar on standard error: count, rate and remaining time; silent off a terminal."""
    from tqdm import tqdm

    return tqdm(total=total, initial=done, unit=unit, disable=None, dynamic_ncols=True)
