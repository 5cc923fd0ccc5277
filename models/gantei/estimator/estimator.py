"""An estimator: a network with all that a study needs, from photographs to predictions."""

import hashlib
import os
from collections.abc import Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..catalogue.entries import Entry, find, find_installed
from ..errors import SettingError, UnknownEstimatorError, UnsettledError, WeightsError
from ..inference.inputs import each_photograph, with_eyes
from ..inference.network import Network
from ..inference.pipeline import estimate
from ..inference.postprocessing import values_of
from ..inference.prediction import Prediction
from ..inference.session import Device, open_session
from ..manifests.manifest import Weights
from ..photographs.eyes import EyeOptions
from ..photographs.photograph_source import PhotographSource, is_one
from ..signing.admission import admit


class Estimator(Network):
    """An open estimator, as `gantei.load` returns it; safe to use from several threads.

    Attributes:
        manifest: all that is known of it.
        remarks: the findings on its signature.
        findings: those that every result carries: on its signature, and those of its manifest.

    >>> age = gantei.load("demo-age", "cpu")
    >>> age.name, age.device, age.manifest.input.size
    ('demo-age', 'cpu', (160, 160))
    """

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
) -> Estimator:
    """Load an estimator by its name in the catalogue or by its folder.

    The sha256 of the weights is checked on every load, on the very bytes that the session gets; so
    is the folder's signature, as `GANTEI_TRUST` says. Loading takes a second or so: load once, and
    predict often.

    Args:
        name_or_folder: a name that `gantei.estimators()` lists, or a folder with estimator.toml.
        device: `cpu`, `cuda`, or `auto`: cuda where it is usable, else cpu; `.device` tells which.
        threads: threads that one inference may use on the CPU; None: all cores.

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
        DeviceError: the session did not get the device.
        MissingExtraError: ONNX Runtime, or `cryptography` for a signature, is not installed.

    >>> age = gantei.load("demo-age")
    >>> age.predict("demo/person-00001-left.jpg")[0].values
    {'age': 44.1...}
    """
    entry, weights = find_installed(name_or_folder)
    remarks = admit(entry, weights)
    _refuse_unsettled(entry)
    _refuse_outdated(entry)
    content = checked_bytes(entry.folder / weights.file, weights, entry.name)
    return Estimator(entry.manifest, open_session(content, device, threads, entry.name), remarks)


def _refuse_unsettled(entry: Entry) -> None:
    unsettled = entry.manifest.unsettled()
    if not unsettled:
        return
    unknown = (
        f"{entry.name} does not predict while a fact that changes its numbers is unknown: "
        f"{', '.join(fact.key for fact in unsettled)}. "
    )
    if so_far := [f"{fact.key} {fact.basis.so_far}" for fact in unsettled if fact.basis.so_far]:
        raise UnsettledError(
            f"{unknown}gantei settle found best, but not settled: {', '.join(so_far)}. Settle "
            "again with more people (gantei show says how far they differ), or state it: "
            f"{entry.manifest.settling_command()}"
        )
    raise UnsettledError(
        f"{unknown}Ask its publisher, then: "
        f"{entry.manifest.settling_command()}; or find out on about 100 people with known age or "
        f"sex: gantei settle {entry.name} PHOTOGRAPHS --labels labels.csv"
    )


def _refuse_outdated(entry: Entry) -> None:
    """Refuse a variant whose original here is not the one that it was measured against any more.

    Without its original on this machine it stands by itself.
    """
    if (variant := entry.manifest.variant) is None:
        return
    try:
        original = find(variant.of).manifest
    except UnknownEstimatorError:
        return
    if original.weights is None:
        return
    facts = [
        [(fact.key, fact.text) for fact in each.facts()] for each in (original, entry.manifest)
    ]
    same = original.reduced_decoding == entry.manifest.reduced_decoding
    if original.weights.sha256 != variant.of_sha256 or facts[0] != facts[1] or not same:
        raise WeightsError(
            f"{entry.name} was made from a different version of {variant.of}: make it again "
            f"with gantei optimise {variant.of} --precision {variant.precision} --replace"
        )


def checked_bytes(path: Path, weights: Weights, name: str) -> bytes:
    """Read the weights of the estimator `name`, the very bytes that its manifest describes.

    Raises:
        WeightsError: they cannot be read, or are others.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size == weights.bytes else b""
    except OSError as error:
        raise WeightsError(f"{name}: {path} cannot be read: {error.strerror}") from error
    if size != weights.bytes:
        raise WeightsError(f"{name}: {path} has {size} bytes, the manifest says {weights.bytes}")
    if hashlib.sha256(content).hexdigest() != weights.sha256:
        raise WeightsError(
            f"{name}: sha256 of {path} is not the manifest's: the file was changed or damaged; "
            "import the estimator again"
        )
    return content
