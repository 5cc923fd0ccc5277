"""The essentials of a manifest in the ONNX file's own metadata, also in a file that stands."""

from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import helper

from gantei.errors import WeightsError
from gantei.manifests.manifest import Manifest

from ..onnx_graph.serialisation import write_atomically

_GRAPH = onnx.ModelProto.DESCRIPTOR.fields_by_name["graph"].number


def metadata(manifest: Manifest) -> dict[str, str]:
    """Give what the file says of itself, by key."""
    facts = {fact.key: f"{fact.text} ({fact.basis.origin})" for fact in manifest.facts()}
    return {
        "gantei.name": manifest.name,
        "gantei.task": manifest.task,
        "gantei.architecture": manifest.architecture,
        "gantei.notice": manifest.notice,
        "gantei.publisher": manifest.source.publisher,
        "gantei.terms": manifest.source.terms,
        "gantei.source_sha256": manifest.source.original_sha256,
        **{f"gantei.{key}": text for key, text in facts.items()},
    }


def rewrite_metadata(source: Path, target: Path, before: Manifest, after: Manifest) -> str:
    """Copy an ONNX file with the metadata of another manifest; return the sha256 of the copy.

    The graph's bytes are copied as they stand. Metadata that are not of `before` stay, such as
    those of the map.

    Raises:
        WeightsError: it is no ONNX file.
        ConversionError: the copy cannot be written.
    """
    try:
        with source.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            (graph,) = (part for number, part in _fields(content) if number == _GRAPH)
            shell = onnx.ModelProto.FromString(content[: graph.start] + content[graph.stop :])
            kept = {each.key: each.value for each in shell.metadata_props}
            kept = {key: text for key, text in kept.items() if key not in metadata(before)}
            helper.set_model_props(shell, dict(sorted({**kept, **metadata(after)}.items())))
            head: bytes = shell.SerializeToString(deterministic=True)
            return write_atomically(target, [head, memoryview(content[graph.start : graph.stop])])
    except (OSError, ValueError, DecodeError) as error:
        raise WeightsError(f"{source}: is no ONNX file ({error})") from error


def _fields(content: mmap) -> Iterator[tuple[int, slice]]:
    """Give number and place of each outermost field of a protobuf message, its key included."""
    start = 0
    while start < len(content):
        key, place = _varint(content, start)
        match key & 7:
            case 0:  # a number
                _, end = _varint(content, place)
            case 1:  # eight bytes
                end = place + 8
            case 2:  # bytes, their number before them
                size, place = _varint(content, place)
                end = place + size
            case 5:  # four bytes
                end = place + 4
            case _:
                raise ValueError("an unknown kind of field")
        if end > len(content):
            raise ValueError("it is cut off")
        yield key >> 3, slice(start, end)
        start = end


def _varint(content: mmap, place: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; give it, and the place behind it."""
    number = 0
    for shift in range(0, 64, 7):
        if place >= len(content):
            break
        byte = content[place]
        number |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return number, place
    raise ValueError("a number has no end")
