"""Estimators on Ray: data sets of Ray Data, and studies whose photographs Ray's actors estimate.

`import ray` here means Ray itself, which is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dataset_prediction import predict

__all__ = ["predict"]


def __getattr__(name: str) -> object:
    if name != "predict":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .dataset_prediction import predict

    return predict
