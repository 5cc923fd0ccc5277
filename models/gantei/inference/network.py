"""A network: its manifest and the session of its weights, from a photograph to raw outputs."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InferenceError, WeightsError
from ..explanations.explanation import Explainer, ExplanationKind
from ..findings.finding import Finding
from ..manifests.manifest import Manifest
from ..photographs.eyes import EyeOption
from ..photographs.photograph import Photograph, open_photograph
from ..photographs.photograph_source import PhotographSource
from ..photographs.preprocessing import prepare_photograph
from .bound_session import BoundSession
from .calibrator import Calibrator
from .session import device_of

FLOAT = "tensor(float)"

InputArray = NDArray[np.float32] | NDArray[np.uint8]
"""What a network takes: values as its manifest scales them, or pixels, for it to scale itself."""

RawOutputs = dict[str, NDArray[np.float32]]
"""What a network answers to one photograph: arrays by the names of the graph's outputs."""


class Network:
    """A network that is open; safe to use from several threads.

    Attributes:
        remarks: the findings on its signature.
        findings: those that every result carries: on its signature, and those of its manifest.
        explainer: gives maps and embeddings, where the network has them.
        calibrator: calibrates its values; None: nothing does.
    """

    def __init__(
        self,
        manifest: Manifest,
        session: Any,
        remarks: tuple[Finding, ...] = (),
        calibrator: Calibrator | None = None,
    ) -> None:
        self.manifest = manifest
        self.remarks = remarks
        self.findings = remarks + manifest.findings()
        self._session = session
        self._input = _checked_input(manifest, session)
        self._outputs = _checked_outputs(manifest, session)
        self._bound = None
        if device_of(session) == "cuda":
            self._bound = BoundSession(session, manifest.input, manifest.name)
        self.explainer = Explainer(manifest, session)
        self.calibrator = calibrator

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        return self.manifest.name

    @property
    def device(self) -> Literal["cpu", "cuda"]:
        """The device that its session really runs on."""
        return device_of(self._session)

    @property
    def takes_pixels(self) -> bool:
        """Whether it scales pixels itself: on a GPU, where the values are the same to the bit."""
        return self._bound is not None and self._bound.takes_pixels

    @property
    def reduces(self) -> bool:
        """Whether large JPEGs are decoded at reduced size, as a measurement has permitted."""
        return self.manifest.reduced_decoding is not None

    def prepare(
        self,
        source: PhotographSource | Photograph,
        *,
        allow_grey: bool = False,
        eye: EyeOption = None,
    ) -> NDArray[np.float32]:
        """Turn one photograph into the network's input, float32 (height, width, 3).

        The values are those that the network takes, scaled as its manifest says.

        Args:
            source: a path, the bytes of a picture file, a Pillow image, an array, or an open
                photograph, which knows its eye already.
            allow_grey: accept a picture without colour.
            eye: `right`, `left` or `detect`, for networks that mirror left eyes, where the file's
                name does not tell.

        Raises:
            PhotographError: it cannot be read, the estimators must not see it, or nothing tells
                its eye and the network needs it.
        """
        if not isinstance(source, Photograph):
            source = open_photograph(source, allow_grey=allow_grey, eye=eye)
        return prepare_photograph(source, self.manifest.input, reduced=self.reduces)

    def beside(self, explain: ExplanationKind | None) -> list[str]:
        """Name the graph's outputs that are needed beside its answers.

        Args:
            explain: what was requested; a calibration may need the embedding in any case.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        if explain is None and self.calibrator is not None and self.calibrator.needs_embedding:
            explain = "embedding"
        return self.explainer.outputs(explain) if explain else []

    def run(self, batch: InputArray, also: Sequence[str] = ()) -> list[RawOutputs]:
        """Run the network on prepared photographs, (n, height, width, 3).

        They are float32, scaled as the manifest says; where it `takes_pixels`, also uint8, RGB.

        Returns:
            One `{output: float32 (units,)}` per row of `batch`; with the outputs that `also`
            names, in their own shapes.

        Raises:
            ValueError: the array has another shape or dtype.
            WeightsError: the network answers what the manifest does not describe.
            InferenceError: ONNX Runtime failed, for example for lack of memory.
        """
        self._check_batch(batch)
        names = [*self._outputs, *also]
        try:
            arrays = (self._bound or self._session).run(names, {self._input: batch})
        except Exception as error:  # its exceptions have no base class of their own
            photographs, height, width, _ = batch.shape
            failed = Finding(
                "network-failed", estimator=self.name, device=self.device,
                photographs=photographs, height=height, width=width, detail=str(error),
            )  # fmt: skip
            raise InferenceError(failed) from error
        if any(array.shape[:1] != (len(batch),) for array in arrays):
            shapes = [str(array.shape) for array in arrays]
            raise WeightsError(
                Finding(
                    "outputs-of-other-shape",
                    estimator=self.name,
                    shapes=shapes,
                    photographs=len(batch),
                )
            )
        return [dict(zip(names, row, strict=True)) for row in zip(*arrays, strict=True)]

    def _check_batch(self, batch: InputArray) -> None:
        known = batch.dtype == np.float32 or (self.takes_pixels and batch.dtype == np.uint8)
        if not known or batch.ndim != 4 or batch.shape[-1] != 3:
            raise ValueError(
                f"{self.name} takes float32 (n, height, width, 3), "
                f"not {batch.dtype} {tuple(batch.shape)}"
            )
        if batch.shape[1:3] != self.manifest.input.size:
            raise ValueError(
                f"{self.name} takes {self.manifest.input.size} (height, width), "
                f"not {tuple(batch.shape[1:3])}"
            )


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
