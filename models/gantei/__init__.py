"""gantei (眼底): age and sex from a fundus photograph. Research use; not a medical device.

`estimators()` lists what is known, `load(name)` opens one, `Estimator.predict(photographs)` asks
it. Each name is imported when it is first used: `import gantei` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from . import offline as offline  # reads GANTEI_OFFLINE before anything else runs

if TYPE_CHECKING:
    from .catalogue import Entry, estimators
    from .client import Client
    from .errors import (
        ConversionError,
        DeviceError,
        ExplanationError,
        GanteiError,
        InferenceError,
        InstalledError,
        ManifestError,
        MissingExtraError,
        NotInstalledError,
        OfflineError,
        PhotographError,
        ResultsError,
        SettingError,
        SignatureError,
        TransferError,
        UnknownEstimatorError,
        UnsettledError,
        WeightsError,
    )
    from .estimator import Estimator, load
    from .explanation import Explanation
    from .manifest import Basis, InputSpec, Manifest, MeanStd
    from .manifest_file import read_manifest
    from .photograph import read
    from .prediction import Prediction
    from .preprocessing import prepare

__version__ = "0.1.0"

__all__ = [
    "Basis",
    "Client",
    "ConversionError",
    "DeviceError",
    "Entry",
    "Estimator",
    "Explanation",
    "ExplanationError",
    "GanteiError",
    "InferenceError",
    "InputSpec",
    "InstalledError",
    "Manifest",
    "ManifestError",
    "MeanStd",
    "MissingExtraError",
    "NotInstalledError",
    "OfflineError",
    "PhotographError",
    "Prediction",
    "ResultsError",
    "SettingError",
    "SignatureError",
    "TransferError",
    "UnknownEstimatorError",
    "UnsettledError",
    "WeightsError",
    "estimators",
    "load",
    "prepare",
    "read",
    "read_manifest",
]

_MODULES = {
    "Entry": "catalogue",
    "estimators": "catalogue",
    "Client": "client",
    "Estimator": "estimator",
    "load": "estimator",
    "Explanation": "explanation",
    "Basis": "manifest",
    "InputSpec": "manifest",
    "Manifest": "manifest",
    "MeanStd": "manifest",
    "read_manifest": "manifest_file",
    "Prediction": "prediction",
    "read": "photograph",
    "prepare": "preprocessing",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'gantei' has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES.get(name, 'errors')}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
