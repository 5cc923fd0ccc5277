"""An estimator: a network with all that a study needs, from photographs to predictions."""

import os
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..calibrations.calibration import Calibration
from ..calibrations.calibration_file import calibration_sha256
from ..calibrations.calibration_store import open_calibration
from ..calibrations.site_calibrator import SiteCalibrator, check_fits
from ..catalogue.entries import find_installed
from ..errors import (
    SettingError,
)
from ..findings.finding import Finding
from ..inference.inputs import each_photograph, with_eyes
from ..inference.network import Network
from ..inference.pipeline import estimate
from ..inference.postprocessing import values_of
from ..inference.prediction import Prediction
from ..inference.session import Device, open_session
from ..manifests.manifest import Manifest
from ..photographs.eyes import EyeOptions
from ..photographs.photograph_source import PhotographSource, is_one
from ..signing.admission import admit
from .opening_checks import check_width, checked_bytes, refuse_outdated, refuse_unsettled


class Estimator(Network):
    """An open estimator, as `gantei.load` returns it; safe to use from several threads.

    Attributes:
        manifest: all that is known of it.
        remarks: the findings on its signature, and on that of its calibration.
        findings: those that every result carries: on its signature, and those of its manifest.
        calibration: that of the site whose people its values are calibrated on; None: of none.
        calibration_sha256: digest of the calibration as it is written; empty without one.

    >>> age = gantei.load("demo-age", "cpu")
    >>> age.name, age.device, age.manifest.input.size
    ('demo-age', 'cpu', (160, 160))
    """

    def __init__(
        self,
        manifest: Manifest,
        session: Any,
        remarks: tuple[Finding, ...] = (),
        calibration: Calibration | None = None,
    ) -> None:
        calibrator = None if calibration is None else SiteCalibrator(calibration, manifest)
        super().__init__(manifest, session, remarks, calibrator)
        self.calibration = calibration
        self.calibration_sha256 = "" if calibration is None else calibration_sha256(calibration)
        check_width(self, calibration)

    def __repr__(self) -> str:
        return f"<Estimator {self.name} on {self.device}>"

    def predict(
        self,
        photographs: PhotographSource | Iterable[PhotographSource],
        *,
        on_error: Literal["raise", "record"] = "raise",
        allow_grey: bool = False,
        explain: bool = False,
        eyes: EyeOptions = None,
        workers: int | None = None,
    ) -> list[Prediction]:
        """Estimate for each photograph, in order; one photograph alone gives a list of one.

        Args:
            photographs: paths, the bytes of picture files, Pillow images, or arrays (height,
                width, 3) of RGB, uint8 or uint16; a folder stands for the photographs in it and
                below, in the order of their names.
            on_error: `raise` stops at the first photograph that is wrong; `record` puts what is
                wrong into the `error` of its prediction and goes on.
            allow_grey: accept pictures without colour.
            explain: give each prediction its `explanation`.
            eyes: which eye each photograph shows: one word for all (`right`, `left`, `detect`), a
                list with one for each, or a mapping from paths to them. Networks that mirror left
                eyes need it where a file's name does not tell; `detect` looks for the optic disc.
            workers: photographs that are decoded at the same time; None: one per core.

        Raises:
            SettingError: an argument makes no sense, or `eyes` are of other photographs.
            ExplanationError: explanations of an estimator that has none; the message says why.
            PhotographError: with `on_error="raise"`, of the first photograph that is wrong.
            WeightsError: likewise, where the network answers no finite number for it.
            InferenceError: the network could not be run.
            OutputError: a folder cannot be read, or there are no photographs in it.

        >>> age = gantei.load("demo-age")
        >>> paths = ["demo/person-00001-left.jpg", "demo/labels.csv"]
        >>> for prediction in age.predict(paths, on_error="record"):
        ...     print(prediction.source, dict(prediction.values), prediction.error is None)
        demo/person-00001-left.jpg {'age': 44.1...} True
        demo/labels.csv {} False
        """
        return list(
            self.stream(
                photographs,
                on_error=on_error,
                allow_grey=allow_grey,
                explain=explain,
                eyes=eyes,
                workers=workers,
            )
        )

    def stream(
        self,
        photographs: PhotographSource | Iterable[PhotographSource],
        *,
        on_error: Literal["raise", "record"] = "raise",
        allow_grey: bool = False,
        explain: bool = False,
        eyes: EyeOptions = None,
        workers: int | None = None,
    ) -> Generator[Prediction]:
        """Give what `predict` gives, one prediction after the other, as each is used.

        However many photographs there are, only a few per worker are in memory. `photographs` are
        collected first only where `eyes` has an entry for each of them.

        Raises:
            Everything that `predict` raises, as it is met.

        >>> for prediction in gantei.load("demo-age").stream("demo", workers=1):
        ...     print(prediction.eye.side, dict(prediction.values))
        left {'age': 44.1...}
        right {'age': 43.8...}
        """
        if on_error not in ("raise", "record"):
            raise SettingError(f"on_error is 'raise' or 'record', not {on_error!r}")
        sources, each_eye = with_eyes(each_photograph(photographs), eyes)
        results = estimate(
            sources,
            [self],
            allow_grey=allow_grey,
            workers=workers,
            explain="map" if explain else None,
            eyes=each_eye,
            numbered=not is_one(photographs),
        )
        with closing(results):
            for result in results:
                if result.error is not None and on_error == "raise":
                    raise result.error
                yield result.prediction(0)

    @property
    def measures_distance(self) -> bool:
        """Whether predictions have a `distance`: the calibration knows where embeddings lie."""
        return self.calibrator is not None and self.calibrator.needs_embedding

    def require_map(self) -> None:
        """Check that it gives maps.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        self.explainer.outputs("map")

    def embedding_width(self) -> int:
        """Length of the embedding.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        return self.explainer.width()

    def predict_array(self, batch: NDArray[np.float32]) -> list[dict[str, float]]:
        """Run the network on what `prepare` returned, stacked: float32 (n, height, width, 3).

        Returns:
            One `{name: value}` per photograph, as `Prediction.values`.

        Raises:
            ValueError, WeightsError, InferenceError: as `run`.
        """
        return [values_of(row, self.manifest) for row in self.run(batch)]


def load(
    name_or_folder: str | os.PathLike[str],
    device: Device = "auto",
    *,
    threads: int | None = None,
    calibration: str | os.PathLike[str] | None = None,
) -> Estimator:
    """Load an estimator by its name in the catalogue or by its folder.

    The sha256 of the weights is checked on every load, on the very bytes that the session gets; so
    is the folder's signature, as `GANTEI_TRUST` says. Loading takes a second or so: load once, and
    predict often.

    Args:
        name_or_folder: a name that `gantei.estimators()` lists, or a folder with estimator.toml.
        device: `cpu`, `cuda`, or `auto`: cuda where it is usable, else cpu; `.device` tells which.
        threads: threads that one inference may use on the CPU; None: all cores.
        calibration: a site of which `gantei calibrate` has made a calibration here, or the path of
            one; predictions then have `calibrated` values and intervals.

    Raises:
        UnknownEstimatorError: no such estimator.
        ManifestError: its manifest breaks the schema.
        NotInstalledError: its weights are not on this machine.
        UnsettledError: a fact that changes its numbers is unknown; the message says how to settle.
        WeightsError: the weights are not those that the manifest describes, or a variant's
            original has been replaced since it was measured.
        SignatureError: `GANTEI_TRUST` is `require`, and the folder is not as a trusted key signed
            it.
        SettingError: `GANTEI_TRUST` or the trust file makes no sense.
        CalibrationError: there is no such calibration, or it is of other weights or facts.
        DeviceError: the session did not get the device.
        MissingExtraError: ONNX Runtime, or `cryptography` for a signature, is not installed.

    >>> age = gantei.load("demo-age")
    >>> age.predict("demo/person-00001-left.jpg")[0].values
    {'age': 44.1...}
    >>> calibrated = gantei.load("demo-age", calibration="clinic")
    >>> calibrated.predict("demo/person-00001-left.jpg")[0].calibrated["age"]
    CalibratedValue(value=44.69..., low=36.69..., high=52.69...)
    """
    entry, weights = find_installed(name_or_folder)
    remarks = admit(entry, weights)
    refuse_unsettled(entry)
    refuse_outdated(entry)
    found = None
    if calibration is not None:
        found, of_calibration = open_calibration(calibration, entry.name, weights.sha256)
        check_fits(found, entry.manifest)  # before the network is opened, which takes longer
        remarks += of_calibration
    content = checked_bytes(entry.folder / weights.file, weights, entry.name)
    session = open_session(content, device, threads, entry.name)
    return Estimator(entry.manifest, session, remarks, found)
