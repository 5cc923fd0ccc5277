"""Why an estimator answers what it does: the map behind the estimate, and the embedding.

Both come from the network's last feature map. The map is exact, nothing is fitted or sampled: its
mean plus the bias is the answer. docs/explanations.md says what can be read from it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ExplanationError, WeightsError
from ..findings.finding import Finding
from ..photographs.resampling import Box

if TYPE_CHECKING:
    from ..manifests.manifest import Manifest

ExplanationKind = Literal["map", "embedding"]
"""What to compute beside the values: the embedding alone, or the map and the embedding."""


Quantity = Literal["value", "probability", "logit"]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where in a photograph an estimator's answer comes from.

    Attributes:
        of: the value that is explained, a key of `Prediction.values`; of several classes, the
            most probable one.
        unit: the output's unit, such as years; of a probability, `logit of male`.
        quantity: what the numbers are: the value itself, a probability, or its logit.
        map: float32 (h, w), what each place contributes, in `unit`.
        bias: what the network adds everywhere: map.mean() + bias is the answer, in `unit`.
        embedding: float32 (d,), the pooled features that the answer is made of.
        box: where the map lies on the upright full-size photograph, in pixels: left, top, right,
            bottom. The square around a disc may reach beyond the photograph.

    >>> age = gantei.load("demo-age")
    >>> (prediction,) = age.predict("demo/person-00001-left.jpg", explain=True)
    >>> explanation = prediction.explanation
    >>> explanation.map.shape, explanation.unit, explanation.embedding.shape
    ((5, 5), 'years', (256,))
    >>> print(f"{explanation.map.mean() + explanation.bias:.2f} {explanation.unit}")
    44.11 years
    """

    of: str
    unit: str
    quantity: Quantity
    map: NDArray[np.float32]
    bias: float
    embedding: NDArray[np.float32]
    box: Box


class Explainer:
    """What the graph of a network offers beside its answer, and what that means."""

    def __init__(self, manifest: "Manifest", session: Any) -> None:
        self._manifest = manifest
        self._output = next(iter(manifest.output))
        shapes = {output.name: output.shape for output in session.get_outputs()}
        # A network of several outputs has these for each of them.
        prefix = "" if "embedding" in shapes else f"{self._output}/"
        self._map = f"{prefix}map"
        self._embedding = f"{prefix}embedding"
        self._shapes = shapes
        self._facts = _map_facts(manifest, session, f"gantei.output.{self._output}.map")

    def outputs(self, wanted: ExplanationKind) -> list[str]:
        """Name the graph's outputs that hold what is wanted.

        Raises:
            ExplanationError: there is none; the message says why, and what helps.
        """
        name, facts = self._manifest.name, self._facts
        if facts is None:
            raise ExplanationError(
                Finding("weights-without-explanation", estimator=name, wanted=wanted)
            )
        if len(self._manifest.output) != 1:
            raise ExplanationError(Finding("several-outputs", estimator=name, wanted=wanted))
        if self._embedding not in self._shapes:
            raise ExplanationError(
                Finding("explanation-missing", estimator=name, wanted=wanted, reason=facts["none"])
            )
        if wanted == "embedding":
            return [self._embedding]
        if facts["none"]:
            raise ExplanationError(
                Finding("explanation-missing", estimator=name, wanted="map", reason=facts["none"])
            )
        if finding := self._not_a_sum(facts["activation"]):
            raise ExplanationError(finding)
        return [self._map, self._embedding]

    def width(self) -> int:
        """Length of the embedding.

        Raises:
            ExplanationError: as `outputs`.
        """
        (name,) = self.outputs("embedding")
        return int(self._shapes[name][-1])

    def embedding(self, row: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """Take the embedding, float32 (d,), out of one photograph's graph outputs."""
        return row[self._embedding]

    def explanation(
        self,
        row: Mapping[str, NDArray[np.float32]],
        values: Mapping[str, float],
        box: Box,
        *,
        mirrored: bool = False,
    ) -> Explanation:
        """Put one photograph's graph outputs into the words and units of the manifest.

        Where the network saw the photograph `mirrored`, its map is mirrored back onto it.
        """
        spec = self._manifest.output[self._output]
        facts = self._facts or {}
        of = max(values, key=values.__getitem__)
        number = list(values).index(of)
        maps = row[self._map]
        raw, bias = (maps if maps.ndim == 2 else maps[number]), facts["bias"][number]
        if spec.kind == "regression":
            unit, scale, offset = spec.unit, float(spec.scale), float(spec.offset)
            quantity: Quantity = "value"
        else:
            linear = facts["activation"] == "linear" and spec.transform == "none"
            quantity = "probability" if linear else "logit"
            unit, scale, offset = f"{quantity} of {of}", 1.0, 0.0
        raw = raw[:, ::-1] if mirrored else raw
        scaled = np.ascontiguousarray(raw * np.float32(scale))
        bias = bias * scale + offset
        return Explanation(of, unit, quantity, scaled, bias, self.embedding(row), box)

    def _not_a_sum(self, activation: str) -> Finding | None:
        """Say why a map would not add up to the answer, if so."""
        spec, name = self._manifest.output[self._output], self._manifest.name
        if activation == "linear":
            return None
        if spec.kind == "regression":
            return Finding("number-not-a-sum", estimator=name, activation=activation)
        if spec.transform != "none":
            return Finding(
                "probability-of-activation",
                estimator=name,
                transform=spec.transform,
                activation=activation,
            )
        return None


def _map_facts(manifest: "Manifest", session: Any, key: str) -> dict[str, Any] | None:
    """Read what the converter wrote about the map: bias and activation, or why there is none."""
    text = session.get_modelmeta().custom_metadata_map.get(key)
    if text is None:
        return None
    try:
        facts = json.loads(text)
        if isinstance(facts["none"] if "none" in facts else facts["activation"], str):
            return {"none": "", **facts, "bias": [float(each) for each in facts.get("bias", ())]}
    except (ValueError, TypeError, KeyError):
        pass
    raise WeightsError(f"{manifest.name}: the weights' metadata {key} cannot be read: {text[:80]}")
