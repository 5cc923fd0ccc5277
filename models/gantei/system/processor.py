"""Which kind of processor computes here: its model, and instructions that change last digits."""

import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

INSTRUCTIONS = (
    *("sse4_1", "avx", "fma", "avx2", "avx_vnni"),
    *("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16"),
    *("amx_tile", "amx_int8", "amx_bf16"),
    *("asimd", "asimddp", "i8mm", "bf16", "sve", "sve2"),
)
"""By which ONNX Runtime and numpy choose how they compute, as Linux calls them."""
Processor = Mapping[str, str]
"""A kind of processor: `model`, and where Linux tells them `instructions`."""
_LINUX = Path("/proc/cpuinfo")


def processor() -> dict[str, str]:
    """Tell the kind of this machine's processor.

    Two of different kinds may give values that differ in their last digits.

    Returns:
        `model`, and where Linux tells them `instructions`: those of `INSTRUCTIONS` that it has,
        with spaces between.
    """
    facts = _facts_of_linux() if sys.platform.startswith("linux") else {}
    model = facts.get("model name") or platform.processor() or platform.machine()
    flags = (facts.get("flags") or facts.get("Features") or "").split()
    found = {"model": model}
    if flags:
        found["instructions"] = " ".join(each for each in INSTRUCTIONS if each in flags)
    return found


def told_processors(kinds: Sequence[Processor]) -> dict[str, Any]:
    """What a run manifest says of the kinds of processors that computed: of one, or of several."""
    if len(kinds) == 1:
        return {"processor": kinds[0]}
    return {"processors": [*kinds]} if kinds else {}


def _facts_of_linux() -> dict[str, str]:
    """What Linux says of the first processor."""
    try:
        first = _LINUX.read_text("utf-8", "replace").partition("\n\n")[0]
    except OSError:
        return {}
    lines = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}
