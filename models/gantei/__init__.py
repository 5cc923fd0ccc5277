"""gantei (眼底): age and sex from a fundus photograph. Research use; not a medical device.

`estimators()` lists what is known, `load(name)` opens one, `Estimator.predict(photographs)` asks
it. Each name is imported when it is first used: `import gantei` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .inference import onnx_runtime as _onnx_runtime  # noqa: F401 - keeps ONNX Runtime silent
from .system import offline as _offline  # noqa: F401 - reads GANTEI_OFFLINE before all else runs
from .system.version import __version__ as __version__

if TYPE_CHECKING:
    from .age_gap.age_gap import AgeGap, gap
    from .calibrating.calibrate import calibrate
    from .catalogue.entries import Entry, estimators
    from .errors import (
        AlreadyInstalledError,
        CalibrationError,
        ConversionError,
        DeviceError,
        EstimatorError,
        ExplanationError,
        GanteiError,
        InferenceError,
        ManifestError,
        MissingExtraError,
        NotInstalledError,
        OfflineError,
        OutputError,
        PhotographError,
        RemoteError,
        SettingError,
        SignatureError,
        TelemetryWarning,
        TransferError,
        UnknownEstimatorError,
        UnsettledError,
        WeightsError,
    )
    from .estimator.estimator import Estimator, load
    from .evaluation.evaluation import Evaluation, evaluate
    from .explanations.explanation import Explanation
    from .findings.finding import Finding
    from .imputation.imputation import Imputation, impute
    from .inference.prediction import Prediction
    from .manifests.file import read_manifest
    from .manifests.manifest import Basis, InputSpec, Manifest, MeanStd
    from .misclassification.description import Description, describe
    from .photographs.appearance import Appearance
    from .photographs.photograph import read
    from .photographs.preprocessing import prepare
    from .records.records_check import RecordsCheck, check_records
    from .remote.client import Client
    from .storage.photographs_at import photographs_at

__all__ = [
    "AgeGap",
    "AlreadyInstalledError",
    "Appearance",
    "Basis",
    "CalibrationError",
    "Client",
    "ConversionError",
    "Description",
    "DeviceError",
    "Entry",
    "Estimator",
    "EstimatorError",
    "Evaluation",
    "Explanation",
    "ExplanationError",
    "Finding",
    "GanteiError",
    "Imputation",
    "InferenceError",
    "InputSpec",
    "Manifest",
    "ManifestError",
    "MeanStd",
    "MissingExtraError",
    "NotInstalledError",
    "OfflineError",
    "OutputError",
    "PhotographError",
    "Prediction",
    "RecordsCheck",
    "RemoteError",
    "SettingError",
    "SignatureError",
    "TelemetryWarning",
    "TransferError",
    "UnknownEstimatorError",
    "UnsettledError",
    "WeightsError",
    "calibrate",
    "check_records",
    "describe",
    "estimators",
    "evaluate",
    "gap",
    "impute",
    "load",
    "photographs_at",
    "prepare",
    "read",
    "read_manifest",
]

_MODULES = {
    "AgeGap": "age_gap.age_gap",
    "gap": "age_gap.age_gap",
    "Appearance": "photographs.appearance",
    "calibrate": "calibrating.calibrate",
    "Entry": "catalogue.entries",
    "estimators": "catalogue.entries",
    "Client": "remote.client",
    "Estimator": "estimator.estimator",
    "load": "estimator.estimator",
    "Evaluation": "evaluation.evaluation",
    "evaluate": "evaluation.evaluation",
    "Description": "misclassification.description",
    "describe": "misclassification.description",
    "Imputation": "imputation.imputation",
    "impute": "imputation.imputation",
    "RecordsCheck": "records.records_check",
    "check_records": "records.records_check",
    "Explanation": "explanations.explanation",
    "Finding": "findings.finding",
    "Basis": "manifests.manifest",
    "InputSpec": "manifests.manifest",
    "Manifest": "manifests.manifest",
    "MeanStd": "manifests.manifest",
    "read_manifest": "manifests.file",
    "Prediction": "inference.prediction",
    "read": "photographs.photograph",
    "prepare": "photographs.preprocessing",
    "photographs_at": "storage.photographs_at",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'gantei' has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES.get(name, 'errors')}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
