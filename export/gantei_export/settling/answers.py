"""What a network answers to one photograph under many candidates, for as few runs as possible.

A photograph is decoded once per decoder, cut and resampled once per view, and goes through the
network once for each input that differs: a right eye is the same with and without mirroring, and
the order of the labels costs nothing.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gantei.errors import WeightsError
from gantei.inference.batches import GPU_BATCH
from gantei.inference.network import Network, RawOutputs
from gantei.inference.pipeline import infer
from gantei.manifests.input_output import OutputSpec
from gantei.manifests.manifest import InputSpec, Manifest, MeanStd
from gantei.photographs.listing import StudyPhotograph
from gantei.photographs.network_view import ViewSpec, view_spec
from gantei.photographs.photograph import open_with_eye
from gantei.photographs.preprocessing import scaled, views_of

from .open_facts import in_any_order

PIXELS = 16 * 160 * 160
"""Of a batch on a CPU: there it saves small networks a third, and costs large ones memory."""
LEAST_PROBABILITY = 1e-7
"""What a probability of 0 counts as in a logit; float32 tells no smaller one from 1."""


class NetworkInput(NamedTuple):
    """What makes one photograph's input to a network differ from another of it."""

    view: ViewSpec
    mirrored: bool
    colour: str
    scale: MeanStd | str


class CandidateNetwork:
    """One session for all candidates, which differ in what is done before and after it.

    Attributes:
        manifest: of the estimator, some of whose facts are unknown.
    """

    def __init__(self, manifest: Manifest, session: Any) -> None:
        self.manifest = manifest
        self._session = session
        self._networks: dict[tuple[int, int], Network] = {}

    def answers(
        self, listed: StudyPhotograph, specs: Sequence[InputSpec], *, allow_grey: bool
    ) -> tuple[dict[InputSpec, RawOutputs], int]:
        """Answer a photograph under each way of feeding the network; and for how many runs.

        Raises:
            PhotographError: it cannot be read, or must not be seen.
            WeightsError, InferenceError: as `Network.run`.
        """
        photograph = open_with_eye(listed.source, listed.eye, allow_grey=allow_grey)
        seen = views_of(photograph, [(spec, False) for spec in specs])
        fed: dict[NetworkInput, list[InputSpec]] = {}
        inputs: dict[NetworkInput, NDArray[np.float32]] = {}
        for spec, (view, mirrored) in zip(specs, seen, strict=True):
            key = NetworkInput(view_spec(spec), mirrored, spec.colour, spec.scale)
            fed.setdefault(key, []).append(spec)
            if key not in inputs:
                inputs[key] = scaled(view, spec, mirrored=mirrored)
        outputs: dict[InputSpec, RawOutputs] = {}
        by_size: dict[tuple[int, int], list[NetworkInput]] = {}
        for key, values in inputs.items():
            by_size.setdefault((values.shape[0], values.shape[1]), []).append(key)
        for size, keys in by_size.items():
            network = self._network(size, fed[keys[0]][0])
            rows = self._run(network, [inputs[key] for key in keys])
            for key, row in zip(keys, rows, strict=True):
                outputs |= dict.fromkeys(fed[key], row)
        return outputs, len(inputs)

    def _network(self, size: tuple[int, int], spec: InputSpec) -> Network:
        if size not in self._networks:
            with_input = self.manifest.model_copy(update={"input": spec})
            self._networks[size] = Network(with_input, self._session)
        return self._networks[size]

    def _run(self, network: Network, inputs: Sequence[NDArray[np.float32]]) -> list[RawOutputs]:
        height, width, _ = inputs[0].shape
        on_gpu = network.device == "cuda"
        most = GPU_BATCH if on_gpu else max(1, PIXELS // (height * width))
        rows: list[RawOutputs] = []
        for start in range(0, len(inputs), most):
            batch = inputs[start : start + most]
            rows += infer(network, batch, size=most if on_gpu else None)
        return rows


def linear_values(
    raw: NDArray[np.float32], spec: OutputSpec, classes: Sequence[str]
) -> NDArray[np.float64]:
    """Bring an output to the scale on which a label may depend on it in a straight line.

    Args:
        raw: float32 (units,), what the graph answers.
        spec: how it is read, with transform and labels.
        classes: the labels in a fixed order, in which values of classes are given.

    Returns:
        float64 (1,): a number in its unit, or as the graph gives it where the unit is not known; of
        two classes the logit of the one that is the network's, whichever it is; float64 (k,),
        logarithms of probabilities, of a categorical output, in the network's order where that is
        found by assignment. Not finite where the transform cannot be the right one.

    Raises:
        WeightsError: the network has another number of classes than there are labels.
    """
    values = np.asarray(raw, np.float64).reshape(-1)
    match spec.kind:
        case "regression":
            scale, offset = spec.scale, spec.offset
            if isinstance(scale, str) or isinstance(offset, str):
                return values
            return np.asarray(values * scale + offset)
        case "binary":
            return values if spec.transform == "sigmoid" else _logit(values)
    logs = _log_softmax(values) if spec.transform == "softmax" else _log(values)
    if len(logs) != len(classes):
        raise WeightsError(
            f"the network gives {len(logs)} values, for the {len(classes)} labels "
            f"{', '.join(classes)}"
        )
    if in_any_order(spec, classes):
        return logs
    return logs[[spec.value_names("").index(name) for name in classes]]


def _logit(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    logits: NDArray[np.float64] = np.log(inside) - np.log1p(-inside)
    return np.where((probabilities >= 0) & (probabilities <= 1), logits, np.nan)


def _log(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    logs: NDArray[np.float64] = np.log(np.maximum(probabilities, LEAST_PROBABILITY))
    adds_up = abs(float(probabilities.sum()) - 1) < 1e-3 and float(probabilities.min()) >= 0
    return logs if adds_up else np.full_like(logs, np.nan)


def _log_softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = values - values.max()
    logs: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum())
    return logs
