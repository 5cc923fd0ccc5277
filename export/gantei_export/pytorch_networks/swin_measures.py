"""A Swin transformer's measures, and the tensors that one of these measures has."""

from dataclasses import dataclass

PATCH = 4
"""Pixels along the edge of a token."""
Shapes = dict[str, tuple[int, ...]]

KNOWN: dict[tuple[tuple[int, ...], int, tuple[int, ...]], str] = {
    ((2, 2, 6, 2), 96, (3, 6, 12, 24)): "Swin-T",
    ((2, 2, 18, 2), 96, (3, 6, 12, 24)): "Swin-S",
    ((2, 2, 18, 2), 128, (4, 8, 16, 32)): "Swin-B",
    ((2, 2, 18, 2), 192, (6, 12, 24, 48)): "Swin-L",
}


@dataclass(frozen=True)
class Stage:
    """Blocks of one width; `side` are the tokens along an edge of the picture."""

    depth: int
    width: int
    heads: int
    hidden: int
    window: int
    side: int

    def shift(self, block: int) -> int:
        """How far a block's windows are shifted: every second one's, where there are several."""
        return self.window // 2 if block % 2 and self.side > self.window else 0


@dataclass(frozen=True)
class Layout:
    """A Swin transformer's measures, and where its input's size is known from."""

    stages: tuple[Stage, ...]
    units: int
    normed_patches: bool
    qkv_bias: bool
    older: bool
    """Named as timm up to 0.6 does."""
    size_basis: tuple[str, str]

    @property
    def size(self) -> int:
        """Side of the square input, px."""
        return PATCH * self.stages[0].side

    @property
    def architecture(self) -> str:
        """Such as `Swin-B`; a Swin transformer of other measures is a `Swin`."""
        depths = tuple(stage.depth for stage in self.stages)
        heads = tuple(stage.heads for stage in self.stages)
        return KNOWN.get((depths, self.stages[0].width, heads), "Swin")

    @property
    def evidence(self) -> str:
        """What tells the architecture."""
        depths = "-".join(str(stage.depth) for stage in self.stages)
        return (
            f"names and shapes of the tensors: width {self.stages[0].width}, blocks {depths}, "
            f"windows of {self.stages[0].window} x {self.stages[0].window}"
        )

    @property
    def head(self) -> str:
        """Prefix of the last layer's names."""
        return "head" if self.older else "head.fc"

    def merging(self, stage: int) -> str:
        """Prefix of what merges tokens after a stage."""
        return f"layers.{stage if self.older else stage + 1}.downsample"


def expected_shapes(layout: Layout, *, buffers: bool) -> Shapes:
    """Give the shape of every tensor of such a state dict, by name."""
    width, last = layout.stages[0].width, layout.stages[-1].width
    shapes: Shapes = {
        "patch_embed.proj.weight": (width, 3, PATCH, PATCH),
        "patch_embed.proj.bias": (width,),
    }
    if layout.normed_patches:
        shapes |= _norm("patch_embed.norm", width)
    for number, stage in enumerate(layout.stages):
        for block in range(stage.depth):
            prefix = f"layers.{number}.blocks.{block}."
            shapes |= _block(prefix, stage, stage.shift(block), layout.qkv_bias, buffers)
        if stage is not layout.stages[-1]:
            merging = layout.merging(number)
            shapes |= _norm(f"{merging}.norm", 4 * stage.width)
            shapes[f"{merging}.reduction.weight"] = (2 * stage.width, 4 * stage.width)
    return shapes | _norm("norm", last) | _linear(layout.head, last, layout.units)


def _block(prefix: str, stage: Stage, shift: int, qkv_bias: bool, buffers: bool) -> Shapes:
    width, tokens = stage.width, stage.window**2
    shapes: Shapes = {
        **_norm(f"{prefix}norm1", width),
        f"{prefix}attn.relative_position_bias_table": ((2 * stage.window - 1) ** 2, stage.heads),
        **_linear(f"{prefix}attn.qkv", width, 3 * width),
        **_linear(f"{prefix}attn.proj", width, width),
        **_norm(f"{prefix}norm2", width),
        **_linear(f"{prefix}mlp.fc1", width, stage.hidden),
        **_linear(f"{prefix}mlp.fc2", stage.hidden, width),
    }
    if not qkv_bias:
        del shapes[f"{prefix}attn.qkv.bias"]
    if buffers:
        shapes[f"{prefix}attn.relative_position_index"] = (tokens, tokens)
        if shift:
            windows = (stage.side // stage.window) ** 2
            shapes[f"{prefix}attn_mask"] = (windows, tokens, tokens)
    return shapes


def _norm(prefix: str, width: int) -> Shapes:
    return {f"{prefix}.weight": (width,), f"{prefix}.bias": (width,)}


def _linear(prefix: str, taken: int, given: int) -> Shapes:
    return {f"{prefix}.weight": (given, taken), f"{prefix}.bias": (given,)}
