"""An estimator: a manifest and its session, from photographs to predictions."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..catalogue.entries import Entry, find, find_installed
from ..errors import InferenceError, UnknownEstimatorError, UnsettledError, WeightsError
from ..explanations.explanation import Explainer
from ..findings.finding import Finding
from ..inference.pipeline import estimate
from ..inference.prediction import Prediction, values_of
from ..inference.session import Device, device_of, open_session
from ..manifests.manifest import Manifest, Weights
from ..photographs.eyes import Eyes, Told, eyes_of
from ..photographs.photograph import Photograph, Source, as_list, open_photograph
from ..photographs.preprocessing import prepare_photograph
from ..signing.admission import admit

FLOAT = "tensor(float)"


class Estimator:
    """What a study holds: made by `gantei.load`, safe to use from several threads."""

    def __init__(self, manifest: Manifest, session: Any, remarks: tuple[Finding, ...] = ()) -> None:
        self.manifest = manifest
        self.remarks = remarks
        """What every result says beside what the manifest does."""
        self._session = session
        self._input = _checked_input(manifest, session)
        self._outputs = _checked_outputs(manifest, session)
        self.explainer = Explainer(manifest, session)

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        return self.manifest.name

    @property
    def device(self) -> Literal["cpu", "cuda"]:
        """The device that its session really runs on."""
        return device_of(self._session)

    @property
    def reduces(self) -> bool:
        """Whether large JPEGs are decoded at reduced size, as a measurement has permitted."""
        return self.manifest.reduced_decoding is not None

    def __repr__(self) -> str:
        return f"<Estimator {self.name} on {self.device}>"

    def prepare(
        self, source: Source | Photograph, *, allow_grey: bool = False, eye: Told = None
    ) -> NDArray[np.float32]:
        """Turn one photograph into the network's input, float32 (height, width, 3).

        `eye` is `right`, `left` or `detect`, where the network has left eyes mirrored and the
        file's name does not tell; an open photograph has been told already.

        Raises:
            PhotographError: it cannot be read, the estimators must not see it, or nothing tells
                its eye and the network needs it.
        """
        if not isinstance(source, Photograph):
            source = open_photograph(source, allow_grey=allow_grey, eye=eye)
        return prepare_photograph(source, self.manifest.input, reduced=self.reduces)

    def predict(
        self,
        photographs: Source | Iterable[Source],
        *,
        on_error: Literal["raise", "record"] = "raise",
        allow_grey: bool = False,
        explain: bool = False,
        eyes: Eyes = None,
    ) -> list[Prediction]:
        """Estimate for each photograph, in order; one photograph alone gives a list of one.

        Args:
            photographs: paths, encoded bytes, PIL images or arrays (h, w, 3) uint8 RGB.
            on_error: `record` puts what is wrong with a photograph into its `error`.
            allow_grey: let pictures without colour pass.
            explain: give each prediction its `explanation`.
            eyes: which eye each shows, as `gantei.photographs.eyes.eyes_of` takes it. Networks
                that have left eyes mirrored need it, where a file's name does not tell.

        Raises:
            SettingError: `eyes` makes no sense, or is of other photographs.
            ExplanationError: explanations of an estimator that has none; the message says why.
            PhotographError: with `on_error="raise"`, of the first photograph that is wrong.
            WeightsError: likewise, where the network answers no finite number for it.
            InferenceError: the network could not be run.
        """
        if on_error not in ("raise", "record"):
            raise ValueError(f"on_error is 'raise' or 'record', not {on_error!r}")
        predictions = []
        sources = as_list(photographs)
        answers = estimate(
            sources,
            [self],
            allow_grey=allow_grey,
            explain="map" if explain else None,
            eyes=eyes_of(sources, eyes),
        )
        with closing(answers):
            for answer in answers:
                if answer.error is not None and on_error == "raise":
                    raise answer.error
                predictions.append(answer.prediction(0))
        return predictions

    def check_map(self) -> None:
        """See that it gives maps.

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
        """Run the network on prepared photographs, float32 (n, height, width, 3).

        Returns:
            One `{name: value}` for each, as `Prediction.values`.

        Raises:
            ValueError: the array has another shape or dtype.
            WeightsError: the network answers what the manifest does not describe.
        """
        return [values_of(row, self.manifest) for row in self.run(batch)]

    def run(
        self, batch: NDArray[np.float32], also: Sequence[str] = ()
    ) -> list[dict[str, NDArray[np.float32]]]:
        """Run the network as `predict_array`, and give its raw outputs for each photograph.

        Returns:
            One `{output: float32 (units,)}` for each row of `batch`; with the outputs that `also`
            names, in their own shapes.

        Raises:
            ValueError, WeightsError: as `predict_array`.
            InferenceError: ONNX Runtime failed, such as for want of memory.
        """
        if batch.dtype != np.float32 or batch.ndim != 4 or batch.shape[-1] != 3:
            raise ValueError(
                f"{self.name} takes float32 (n, height, width, 3), "
                f"not {batch.dtype} {tuple(batch.shape)}"
            )
        if batch.shape[1:3] != self.manifest.input.size:
            raise ValueError(
                f"{self.name} takes {self.manifest.input.size} (height, width), "
                f"not {tuple(batch.shape[1:3])}"
            )
        names = [*self._outputs, *also]
        try:
            arrays = self._session.run(names, {self._input: batch})
        except Exception as error:  # its exceptions have no base class of their own
            raise InferenceError(
                f"{self.name} could not be run on {self.device} with {len(batch)} photographs of "
                f"{batch.shape[1]} x {batch.shape[2]} px: {error}"
            ) from error
        if any(array.shape[:1] != (len(batch),) for array in arrays):
            shapes = ", ".join(str(array.shape) for array in arrays)
            raise WeightsError(f"{self.name}: answers {shapes} for {len(batch)} photographs")
        return [dict(zip(names, row, strict=True)) for row in zip(*arrays, strict=True)]


def load(
    name_or_folder: str | os.PathLike[str],
    device: Device = "auto",
    *,
    threads: int | None = None,
) -> Estimator:
    """Load an estimator by its name in the catalogue or by its folder.

    The sha256 of the weights is checked on every load, on the very bytes that the session gets; so
    is the folder's signature, as `GANTEI_TRUST` says.

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
    """
    entry, weights = find_installed(name_or_folder)
    remarks = admit(entry, weights)
    _refuse_unsettled(entry)
    _refuse_outdated(entry)
    content = _checked_bytes(entry.folder / weights.file, weights, entry.name)
    return Estimator(entry.manifest, open_session(content, device, threads, entry.name), remarks)


def _refuse_unsettled(entry: Entry) -> None:
    unsettled = entry.manifest.unsettled()
    if not unsettled:
        return
    raise UnsettledError(
        f"{entry.name} does not predict while a fact that changes its numbers is unknown: "
        f"{', '.join(fact.key for fact in unsettled)}. Ask its publisher, then: "
        f"{entry.manifest.settling_command()}"
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
            f"{entry.name} was made of another {variant.of} than the one that is here now: make it "
            f"again with gantei optimise {variant.of} --precision {variant.precision} --replace"
        )


def _checked_bytes(path: Path, weights: Weights, name: str) -> bytes:
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


def _checked_input(manifest: Manifest, session: Any) -> str:
    inputs = session.get_inputs()
    shape = inputs[0].shape
    wanted = [*manifest.input.size, 3]
    fits = (
        len(shape) == 4
        and all(
            side == want or not isinstance(side, int)  # a name stands for any number
            for side, want in zip(shape[1:], wanted, strict=True)
        )
    )
    if len(inputs) != 1 or not fits or inputs[0].type != FLOAT:
        given = ", ".join(f"{each.name} {each.type} {each.shape}" for each in inputs)
        raise WeightsError(
            f"{manifest.name}: the network takes {given}, the manifest describes float32 "
            f"(n, {', '.join(map(str, wanted))})"
        )
    return str(inputs[0].name)


def _checked_outputs(manifest: Manifest, session: Any) -> list[str]:
    offered = [output.name for output in session.get_outputs() if output.type == FLOAT]
    if missing := [name for name in manifest.output if name not in offered]:
        raise WeightsError(
            f"{manifest.name}: the weights have no output {', '.join(missing)}; "
            f"they have {', '.join(offered)}"
        )
    return list(manifest.output)
