"""What a state dict's names and shapes tell of a Swin transformer.

timm up to 0.6 names tensors as Microsoft's code does and stores each block's
`relative_position_index` and `attn_mask`; the mask tells the input's size. Later it calls the head
`head.fc`, puts `downsample` into the stage that follows, and stores neither.
"""

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError

from .named_tensors import NamedTensors, check_shapes
from .swin_measures import PATCH, Layout, Stage, expected_shapes
from .swin_windows import attention_mask, relative_position_index

FILE, ASSUMED, STATED = "file", "assumed", "stated"
MOST_STAGES, MOST_BLOCKS, MOST_WIDTH, MOST_WINDOW = 6, 48, 4096, 32
MOST_SIZE, MOST_UNITS = 2048, 1 << 16
"""Far above any that was published: 4 stages, 18 blocks, 1536, 24, 384 px, 21,841 classes."""


def layout_of(state: NamedTensors, size: int | None = None) -> Layout:
    """Find out the layout, and see that nothing is missing, left over or otherwise than it must be.

    Args:
        state: a state dict with `patch_embed.proj.weight` and `layers.0.blocks.…`.
        size: the input's side (px) that somebody has stated, for files that do not hold it.

    Raises:
        ConversionError: it is no Swin transformer of timm's, or an implausible one.
    """
    depths = _depths(state)
    measured = [_measures(state, number) for number in range(len(depths))]
    windows = [window for *_, window in measured]
    older = "head.weight" in state or "layers.0.downsample.norm.weight" in state
    buffers = any(name.endswith((".relative_position_index", ".attn_mask")) for name in state)
    side, basis = _side(state, depths, windows, size)
    stages = []
    for number, (width, heads, hidden, window) in enumerate(measured):
        if side % window or (number + 1 < len(depths) and side % 2):
            raise ConversionError(
                f"stage {number + 1} has {side} x {side} tokens, which are no whole number of "
                f"windows of {window} x {window}, or cannot be halved; padding is not supported"
            )
        stages.append(Stage(depths[number], width, heads, hidden, window, side))
        side //= 2
    head = "head.weight" if older else "head.fc.weight"
    layout = Layout(
        stages=tuple(stages),
        units=_shape(state, head, 2)[0],
        normed_patches="patch_embed.norm.weight" in state,
        qkv_bias="layers.0.blocks.0.attn.qkv.bias" in state,
        older=older,
        size_basis=basis,
    )
    if not 1 <= layout.units <= MOST_UNITS:
        raise ConversionError(f"a head of {layout.units} outputs is not plausible")
    check_shapes(state, expected_shapes(layout, buffers=buffers), "Swin transformer")
    if buffers:
        _check_buffers(state, layout)
    return layout


def _depths(state: NamedTensors) -> list[int]:
    """Count the blocks of each stage."""
    found: dict[int, int] = {}
    for name in state:
        if match := re.match(r"layers\.(\d{1,3})\.blocks\.(\d{1,3})\.", name):
            stage, block = map(int, match.groups())
            found[stage] = max(found.get(stage, 0), block + 1)
    if sorted(found) != list(range(len(found))) or not 1 <= len(found) <= MOST_STAGES:
        raise ConversionError(f"a Swin transformer of the stages {sorted(found)} is not plausible")
    depths = [found[stage] for stage in sorted(found)]
    if max(depths) > MOST_BLOCKS:
        raise ConversionError(f"a Swin transformer of {depths} blocks is not plausible")
    return depths


def _measures(state: NamedTensors, stage: int) -> tuple[int, int, int, int]:
    """Give a stage's width, heads, hidden width and window."""
    prefix = f"layers.{stage}.blocks.0."
    places, heads = _shape(state, f"{prefix}attn.relative_position_bias_table", 2)
    hidden, width = _shape(state, f"{prefix}mlp.fc1.weight", 2)
    window = (math.isqrt(places) + 1) // 2
    whole = (2 * window - 1) ** 2 == places and 2 <= window <= MOST_WINDOW
    wide = 1 <= width <= MOST_WIDTH and 1 <= hidden <= 16 * width
    if not (whole and wide and heads >= 1 and width % heads == 0):
        raise ConversionError(
            f"stage {stage + 1} has the width {width}, {heads} heads, {hidden} hidden values and a "
            f"bias table of {places} rows, which is not plausible of a Swin transformer"
        )
    return width, heads, hidden, window


def _side(
    state: NamedTensors, depths: list[int], windows: list[int], size: int | None
) -> tuple[int, tuple[str, str]]:
    """Give the tokens along the picture's edge in the first stage, and the basis of that."""
    for stage, window in enumerate(windows):
        name = f"layers.{stage}.blocks.1.attn_mask"
        if depths[stage] > 1 and name in state:
            count = _shape(state, name, 3)[0]
            across = math.isqrt(count)
            if across**2 != count:
                raise ConversionError(
                    f"tensor {name!r} is of {count} windows: the network was made for pictures "
                    "that are not square, which are not supported"
                )
            return _plausible(across * window * 2**stage), (FILE, f"shape of {name}")
    if size is not None:
        if size % PATCH:
            raise ConversionError(f"{size} px are no whole number of patches of {PATCH} px")
        return _plausible(size // PATCH), (STATED, "the input's size as it was given")
    return _assumed_side(windows)


def _assumed_side(windows: list[int]) -> tuple[int, tuple[str, str]]:
    """Assume that the whole picture is one window in the last stage, as in timm's networks."""
    last = windows[-1]
    side = last * 2 ** (len(windows) - 1)
    # timm makes a window smaller where the whole picture is smaller.
    usual = [min(windows[0], side // 2**stage) for stage in range(len(windows))]
    if windows != usual:
        raise ConversionError(
            f"windows of {', '.join(map(str, windows))} tokens do not tell the input's size: state "
            "it, as --set input.size=384x384"
        )
    evidence = (
        f"windows of {last} x {last} tokens in the last stage: there the whole picture is one, as "
        "in every network of this kind that timm publishes"
    )
    return _plausible(side), (ASSUMED, evidence)


def _plausible(side: int) -> int:
    if not 1 <= PATCH * side <= MOST_SIZE:
        raise ConversionError(f"an input of {PATCH * side} px is not plausible")
    return side


def _check_buffers(state: NamedTensors, layout: Layout) -> None:
    """See that what the file stores of the windows is what the network computes with."""
    for number, stage in enumerate(layout.stages):
        index = relative_position_index(stage.window)
        for block in range(stage.depth):
            wanted: dict[str, NDArray[Any]] = {"attn.relative_position_index": index}
            if shift := stage.shift(block):
                mask = attention_mask(stage.side, stage.window, shift)
                wanted["attn_mask"] = mask
            for name, values in wanted.items():
                full = f"layers.{number}.blocks.{block}.{name}"
                if not np.array_equal(state[full].read(), values):
                    raise ConversionError(
                        f"tensor {full!r} is not that of a square picture of {layout.size} px in "
                        f"windows of {stage.window} x {stage.window}"
                    )


def _shape(state: NamedTensors, name: str, rank: int) -> tuple[int, ...]:
    if name not in state:
        raise ConversionError(f"the state dict lacks {name!r} of a Swin transformer")
    shape = tuple(state[name].shape)
    if len(shape) != rank:
        raise ConversionError(f"tensor {name!r} has the shape {shape}, not {rank} sides")
    return shape
