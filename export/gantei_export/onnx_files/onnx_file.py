"""An ONNX file that was read once, and found to be one that is taken."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import onnx

from gantei.errors import ConversionError

from ..adopted_graphs.adoption import Picture
from ..manifest_draft.user_claims import UserClaims
from .model_file import parse_model, read_content, said
from .picture import picture_of
from .sizes import check_sizes


@dataclass(frozen=True)
class OnnxFile:
    """Its bytes, the model that they hold, its one picture and its wanted output."""

    name: str
    content: bytes
    sha256: str
    model: onnx.ModelProto
    picture: Picture
    output: str


def open_onnx(path: Path, claims: UserClaims) -> OnnxFile:
    """Read and check a file; find its picture and its output.

    Raises:
        ConversionError: it holds what is not taken, or not one picture and the wanted output.
    """
    claims.refuse_for_whole_model(path.name)
    content = read_content(path)
    try:
        model = parse_model(content)
        picture = picture_of(model.graph)
        check_sizes(model.graph.node, picture.name)
        output = _wanted(model.graph, claims.output)
    except ConversionError as error:
        raise ConversionError(f"{path.name}: {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    return OnnxFile(path.name, content, digest, model, picture, output)


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
