"""Records as a frame of pandas, where that is installed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import MissingExtraError


def frame_of(records: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> Any:
    """Give records as a `pandas.DataFrame`.

    Args:
        records: a row each.
        columns: their names, which an empty frame has too.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingExtraError(
            "frame() needs pandas: pip install pandas; rows() gives the same as records"
        ) from error
    return pandas.DataFrame(records, columns=list(columns))
