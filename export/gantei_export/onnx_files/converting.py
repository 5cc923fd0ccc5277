"""From a stranger's ONNX file to a conversion of our own."""

from collections import Counter
from pathlib import Path
from typing import Any

import onnx

from gantei.errors import ConversionError
from gantei.files import sha256_of

from ..converted import Conversion
from ..file_facts import FileFacts
from ..foreign_graph import Answer, Picture, adopt_file
from ..stated import Stated
from .batches import free_batch
from .model_file import opset_of, read_model, said
from .picture import picture_of
from .sizes import check_sizes
from .trial import Trial, try_out

LONGEST_PRODUCER = 60


def convert_onnx(path: Path, stated: Stated, trial: Trial) -> Conversion:
    """Convert a file that another process has tried.

    Args:
        path: the ONNX file.
        stated: which of several outputs is wanted.
        trial: what the other process found; see `probe`.

    Raises:
        ConversionError: it holds what is not taken, or is not the file that was tried.
    """
    model, picture, output = opened(path, stated)
    digest = sha256_of(path)
    if digest != trial.sha256:
        raise ConversionError(f"{path.name}: changed while it was read")
    return conversion_of(model, path, picture, output, trial)


def examine(path: Path, stated: Stated) -> Trial:
    """Convert a file, run it and its conversion, and tell what came of it: for `probe`'s process.

    Raises:
        ConversionError: it holds what is not taken, does not run, or not as an estimator must.
    """
    model, picture, output = opened(path, stated)
    size = stated.input_size

    def converted(trial: Trial) -> bytes:
        return conversion_of(model, path, picture, output, trial).to_bytes()

    return try_out(path, picture, output, size, converted)


def opened(path: Path, stated: Stated) -> tuple[onnx.ModelProto, Picture, str]:
    """Read and check a file; find its picture and its output.

    Raises:
        ConversionError: it holds what is not taken, or not one picture and the wanted output.
    """
    stated.refuse_for_whole_model(path.name)
    model = read_model(path)
    try:
        picture = picture_of(model.graph)
        check_sizes(model.graph.node, picture.name)
        output = _wanted(model.graph, stated.output)
    except ConversionError as error:
        raise ConversionError(f"{path.name}: {error}") from error
    return model, picture, output


def conversion_of(
    model: onnx.ModelProto, path: Path, picture: Picture, output: str, trial: Trial
) -> Conversion:
    """Adopt the graph of a checked model, which stays as it is.

    Raises:
        ConversionError: it is no valid ONNX.
    """
    told = _told(model)
    if picture.batch is not None:
        freed = onnx.ModelProto()
        freed.CopyFrom(model)
        free_batch(freed, picture.batch)
        model = freed
    facts = FileFacts(
        sha256=trial.sha256,
        bytes=path.stat().st_size,
        keras_version=None,
        architecture=None,
        input_size=None,
        outputs=(),
        framework="ONNX",
        input_size_basis=("file", f"shape of the input, {picture.layout}"),
        told=told,
    )
    answer = Answer(output, output[:80], trial.units, trial.plain)
    try:
        return adopt_file(model, picture, answer, facts, trial.verification)
    except ConversionError as error:
        raise ConversionError(f"{path.name}: {error}") from error


def _wanted(graph: onnx.GraphProto, name: str | None) -> str:
    """Choose the output that is wanted."""
    names = [one.name for one in graph.output]
    shown = ", ".join(said(one) for one in names[:20])
    if name is None and len(names) > 1:
        raise ConversionError(
            f"has {len(names)} outputs ({shown}); an estimator is made of one: name it with "
            "--output NAME"
        )
    if name is not None and name not in names:
        raise ConversionError(f"has no output {said(name)}; it has {shown}")
    return names[0] if name is None else name


def _told(model: onnx.ModelProto) -> dict[str, Any]:
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
