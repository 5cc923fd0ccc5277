"""A progress bar on a terminal, nothing in a pipe."""

from typing import Any


def progress(total: int, unit: str) -> Any:
    """Give a tqdm bar on standard error: count, rate and remaining time; silent off a terminal.

    Bytes, of the unit `B`, are counted in kB, MB and GB.
    """
    from tqdm import tqdm

    return tqdm(total=total, unit=unit, unit_scale=unit == "B", disable=None, dynamic_ncols=True)
