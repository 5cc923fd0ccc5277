"""What a server says of its estimators and of photographs, checked and put into our types."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, get_args

import numpy as np

from ..errors import (
    ExplanationError,
    GanteiError,
    InferenceError,
    ManifestError,
    PhotographError,
    TransferError,
)
from ..explanations.explanation import Explanation
from ..findings.finding import Finding
from ..inference.pipeline import Answer
from ..manifests.fields import Side
from ..photographs.eyes import Eye, detected

if TYPE_CHECKING:
    from ..manifests.manifest import Manifest

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class ServedEstimator:
    """An estimator of a server.

    `state` tells whether it has passed the server's check; `no_map` why it gives no map, if so;
    `remarks` what the server has to say of its signature.
    """

    manifest: "Manifest"
    device: Literal["cpu", "cuda"]
    state: Literal["checking", "ready", "failed"] = field(compare=False)
    no_map: str
    remarks: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        return self.manifest.name

    def check_map(self) -> None:
        """See that it gives maps.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        if self.no_map:
            raise ExplanationError(self.no_map)

    def embedding_width(self) -> int:
        """Refuse: a server gives an embedding with a map, and not by itself.

        Raises:
            ExplanationError: always.
        """
        raise ExplanationError(
            f"{self.name}: a server gives no embeddings by themselves; compute them on a machine "
            "that has the estimator, without --server"
        )


def _as_told(function: Callable[P, T]) -> Callable[P, T]:
    """Tell an answer of another shape from a fault of ours."""

    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except (ManifestError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise TransferError(
                "the server answers what this gantei does not understand; are both of the same "
                f"version? ({type(error).__name__}: {str(error)[:200]})"
            ) from error

    return checked


@_as_told
def names_of(told: dict[str, Any]) -> list[str]:
    """Read the names of a list of estimators."""
    from ..manifests.fields import NAME

    names = [each["name"] for each in told["estimators"]]
    if not all(re.fullmatch(NAME, name) for name in names):
        raise ValueError("a name that no estimator has")
    return names


@_as_told
def estimator_of(told: dict[str, Any], name: str) -> ServedEstimator:
    """Read what is known of one estimator."""
    from ..manifests.file import parse_manifest

    manifest = parse_manifest(told["manifest"], "manifest")
    if manifest.name != name or told["device"] not in ("cpu", "cuda"):
        raise ValueError("another name or device")
    remarks = tuple(map(_finding, told["remarks"]))
    return ServedEstimator(manifest, told["device"], told["state"], str(told["no_map"]), remarks)


@_as_told
def answer_of(
    told: dict[str, Any],
    source: str,
    sent: str,
    names: Sequence[str],
    *,
    explain: bool,
    eye: Eye | None = None,
) -> Answer:
    """Read the answer for one photograph.

    Args:
        told: the answer.
        source: what the photograph is called here.
        sent: sha256 of the bytes that were sent.
        names: the estimators that were asked.
        explain: whether maps were asked for.
        eye: the photograph's, where it was known here; else what the server found.

    Raises:
        TransferError: it is of another shape, or of another photograph.
    """
    (entry,) = told["photographs"]
    of_eye = eye.findings if eye else ()  # the server does not know the name
    eye = eye or _eye(entry)
    if "problem" in entry:
        return Answer(source, sent, (), (), _error_of(entry["problem"], source, sent), eye=eye)
    if entry["sha256"] != sent:
        raise ValueError("an answer for another photograph")
    estimates = [entry["estimates"][name] for name in names]
    return Answer(
        source,
        sent,
        tuple(
            {name: _number(each["value"]) for name, each in estimate["values"].items()}
            for estimate in estimates
        ),
        tuple((*map(_finding, estimate["warnings"]), *of_eye) for estimate in estimates),
        explanations=tuple(_explanation(each["map"]) for each in estimates if explain),
        eye=eye,
    )


def _finding(told: dict[str, Any]) -> Finding:
    return Finding(str(told["code"]), **told["values"])


def _error_of(problem: dict[str, Any], source: str, sha256: str) -> GanteiError:
    kind = problem["type"].rpartition(":")[2]
    text = " ".join((problem.get("detail") or problem["title"]).split())[:2000]
    if kind == "unusable-photograph":
        error = PhotographError(f"{source}: {text}")
        error.sha256 = sha256
        return error
    return InferenceError(f"{source}: {text}")


def _eye(entry: dict[str, Any]) -> Eye | None:
    """What the server found in the picture, as far as it did."""
    if entry.get("eye") is None:
        return None
    if entry["eye"] not in get_args(Side) or entry["eye_from"] != "detected":
        raise ValueError("an eye that nobody has stated")
    return detected(entry["eye"])


def _explanation(told: dict[str, Any]) -> Explanation:
    box = told["box"]
    left, top, right, bottom = (_number(box[key]) for key in ("left", "top", "right", "bottom"))
    rows, embedding = (np.array(told[key], np.float32) for key in ("rows", "embedding"))
    if rows.ndim != 2 or embedding.ndim != 1:
        raise ValueError("a map or an embedding of another shape")
    if not (np.isfinite(rows).all() and np.isfinite(embedding).all()):
        raise ValueError("a map or an embedding of what are no numbers")
    return Explanation(
        str(told["of"]), str(told["unit"]), rows, _number(told["bias"]), embedding,
        (left, top, right, bottom),
    )  # fmt: skip


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("something else where a number belongs")
    return float(value)
