"""From a stranger's ONNX file to a conversion of our own."""

from collections import Counter
from pathlib import Path
from typing import Any

import onnx

from gantei.errors import ConversionError

from ..adopted_graphs.adoption import GraphOutput, adopt_file
from ..manifest_draft.network_facts import NetworkFacts
from ..manifest_draft.user_claims import UserClaims
from ..onnx_graph.conversion import Conversion
from .batches import free_batch
from .model_file import opset_of
from .onnx_file import OnnxFile, open_onnx
from .trial import Trial, try_out

LONGEST_PRODUCER = 60


def convert_onnx(path: Path, claims: UserClaims, trial: Trial) -> Conversion:
    """Convert a file that another process has tried.

    Args:
        path: the ONNX file.
        claims: which of several outputs is wanted.
        trial: what the other process found; see `onnx_probe`.

    Raises:
        ConversionError: it holds what is not taken, or is not the file that was tried.
    """
    file = open_onnx(path, claims)
    if file.sha256 != trial.sha256:
        raise ConversionError(f"{file.name}: changed while it was read")
    return conversion_of(file, trial)


def examine(path: Path, claims: UserClaims) -> Trial:
    """Convert a file, run it and its conversion, and tell what came of it: for `onnx_probe`.

    Raises:
        ConversionError: it holds what is not taken, does not run, or not as an estimator must.
    """
    file = open_onnx(path, claims)
    return try_out(file, claims.input_size, lambda trial: conversion_of(file, trial).to_bytes())


def conversion_of(file: OnnxFile, trial: Trial) -> Conversion:
    """Adopt the graph of a checked model, which stays as it is.

    Raises:
        ConversionError: it is no valid ONNX.
    """
    model, picture, output = file.model, file.picture, file.output
    if picture.batch is not None:
        freed = onnx.ModelProto()
        freed.CopyFrom(model)
        free_batch(freed, picture.batch)
        model = freed
    facts = NetworkFacts(
        sha256=file.sha256,
        bytes=len(file.content),
        keras_version=None,
        architecture=None,
        input_size=None,
        outputs=(),
        framework="ONNX",
        input_size_basis=("file", f"shape of the input, {picture.layout}"),
        file_notes=_file_notes(model),
    )
    answer = GraphOutput(output, output[:80], trial.units, trial.plain)
    try:
        return adopt_file(model, picture, answer, facts, trial.verification)
    except ConversionError as error:
        raise ConversionError(f"{file.name}: {error}") from error


def _file_notes(model: onnx.ModelProto) -> dict[str, Any]:
    """Give what the provenance keeps of the file's own words: they prove nothing."""
    words = (model.producer_name, model.producer_version)
    producer = " ".join(
        "".join(one for one in word[:LONGEST_PRODUCER] if one.isprintable()) for word in words
    )
    return {
        "format": "ONNX",
        "producer": producer.strip() or None,
        "opset": opset_of(model),
        "operators": dict(sorted(Counter(node.op_type for node in model.graph.node).items())),
    }
