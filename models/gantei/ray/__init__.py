"""Estimators on Ray: data sets of Ray Data, and studies whose photographs Ray's actors estimate.

`import ray` here means Ray itself, which is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cluster import local_ray
    from .dataset_prediction import predict

_MODULES = {"local_ray": "cluster", "predict": "dataset_prediction"}
__all__ = ["local_ray", "predict"]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
