"""What TensorFlow, Keras and ONNX Runtime raise, in one plain sentence."""

import re
import sys

from .other_ways import EXPORT, WHERE_ITS_CODE_IS

_LONGEST = 200
_UNKNOWN = re.compile(
    r"(?:Could not locate (?:class|function)|Unknown [\w ]+:|Could not (?:deserialize|import))"
    r"\s*'?([\w.>]+)"
)
_FROM_ONNXRUNTIME = re.compile(r"^\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : ")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_KERAS_FRAME = "Exception encountered when calling"
"""How Keras begins what a layer raised, which stands in the next line."""
_NODE = re.compile(r'In Node, \("?([^",)]*)"?, (\w+)')


def short_reason(error: BaseException) -> str:
    """Return the first sentence of what a library says; longer ones are cut."""
    text = _FROM_ONNXRUNTIME.sub("", str(error).strip())
    if node := _NODE.search(text):
        return f"the operator {node[2]} of {node[1]} is none that it has"
    lines = [_COLOUR.sub("", line).strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(_KERAS_FRAME)]
    first = re.split(r"(?<=\w)[.:](?=\s|$)", lines[0], maxsplit=1)[0] if lines else ""
    if len(first) < len("cannot load") and lines:
        first = lines[0]
    name = type(error).__name__
    cut = first if len(first) <= _LONGEST else f"{first[:_LONGEST]}…"
    return f"{cut} ({name})" if cut else name


def why_not_opened(error: Exception) -> str:
    """Say why Keras cannot open a file that was trusted, and what to do."""
    text = str(error)
    if "bad marshal data" in text or "unknown opcode" in text:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            "it holds a Lambda in the bytecode of another version of Python than this one "
            f"({version}): run gantei with that version, or {EXPORT}"
        )
    if found := _UNKNOWN.search(text):
        return (
            f"it needs {found[1]!r}, of its author's own, whose code is not in the file. "
            f"{WHERE_ITS_CODE_IS}"
        )
    return f"Keras cannot open it: {short_reason(error)}. As another way, {EXPORT}"
