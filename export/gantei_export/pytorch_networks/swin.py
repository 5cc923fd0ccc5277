"""A Swin transformer as an ONNX graph, for photographs of its one size.

Tokens are rows, (n * tokens, width), and stand in the order of the windows of the block at hand:
so a window is a run of rows, and what timm does by rolling, cutting and joining pictures is one
Gather between blocks of different windows. Everything else works on rows alone, in any order.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..onnx_graph.graph import PHOTOGRAPH, Graph, Tensor
from .named_tensors import NamedTensors, read
from .swin_measures import PATCH, Layout, Stage
from .swin_windows import attention_mask, merged_order, order, positions, relative_position_index

EPSILON = 1e-5
"""Of every LayerNorm in timm's Swin transformers; no file holds it."""
SMALLEST_WEIGHT = 1e-37
"""Attention below it counts as none. The mask leaves weights of about exp(-100) between strangers:
subnormal numbers, with which processors multiply ten times slower."""

WeightChange = Callable[[NDArray[np.float32]], NDArray[Any]]


class Swin:
    """Builds the graph of one network; `tokens` are its last normed features, row by row."""

    def __init__(self, graph: Graph, state: NamedTensors, layout: Layout) -> None:
        self.graph, self.state, self.layout = graph, state, layout
        first = layout.stages[0]
        self._order = np.arange(first.side**2, dtype=np.int64)
        x = self._patches(first)
        for number, stage in enumerate(layout.stages):
            for block in range(stage.depth):
                x = self._block(x, stage, number, block)
            if number + 1 < len(layout.stages):
                x = self._merged(x, stage, layout.stages[number + 1], layout.merging(number))
        last = layout.stages[-1]
        x = self._reordered(x, np.arange(last.side**2, dtype=np.int64), last.width, "norm")
        self.tokens = self._norm(x, "norm")

    def answer(self) -> tuple[Tensor, Tensor, Tensor]:
        """Add the head: the answer, the map and the embedding (see `explanation_outputs`)."""
        last, units, head = self.layout.stages[-1], self.layout.units, self.layout.head
        rows = self._reshape(self.tokens, (-1, last.side**2, last.width), "pool")
        pooled = self.graph.node("ReduceMean", [rows], (last.width,), "pool", axes=[1], keepdims=0)
        answer = self._linear(pooled, head)
        places = self._linear(self.tokens, head, bias=False)
        if units == 1:
            return answer, self._reshape(places, (-1, last.side, last.side), "map"), pooled
        places = self._reshape(places, (-1, last.side, last.side, units), "map")
        return answer, self._transposed(places, (0, 3, 1, 2), "map"), pooled

    def _patches(self, first: Stage) -> Tensor:
        """Make a token of each square of 4 x 4 pixels, as a convolution of that stride does."""
        side, values = first.side, PATCH * PATCH * 3
        x = self._reshape(Tensor(PHOTOGRAPH, ()), (-1, side, PATCH, side, PATCH * 3), "patch_embed")
        x = self._transposed(x, (0, 1, 3, 2, 4), "patch_embed")
        x = self._reshape(x, (-1, values), "patch_embed")
        weight = self._weight(
            "patch_embed.proj.weight",
            (first.width, values),
            lambda kernel: kernel.transpose(0, 2, 3, 1).reshape(-1, values),
        )
        bias = self._weight("patch_embed.proj.bias", (first.width,))
        x = self._gemm(x, weight, bias, (side**2, first.width), "patch_embed.proj")
        return self._norm(x, "patch_embed.norm") if self.layout.normed_patches else x

    def _block(self, x: Tensor, stage: Stage, number: int, block: int) -> Tensor:
        name, shift = f"layers.{number}.blocks.{block}", stage.shift(block)
        x = self._reordered(x, order(stage.side, stage.window, shift), stage.width, name)
        attended = self._attention(self._norm(x, f"{name}.norm1"), stage, shift, f"{name}.attn")
        x = self.graph.node("Add", [x, attended], x.shape, f"{name}.attended")
        hidden = self._linear(self._norm(x, f"{name}.norm2"), f"{name}.mlp.fc1")
        widened = self._linear(self._gelu(hidden, f"{name}.mlp"), f"{name}.mlp.fc2")
        return self.graph.node("Add", [x, widened], x.shape, f"{name}.widened")

    def _attention(self, x: Tensor, stage: Stage, shift: int, name: str) -> Tensor:
        """Let the tokens of each window look at each other, by several heads."""
        heads, tokens = stage.heads, stage.window**2
        windows = (stage.side // stage.window) ** 2
        query, key, value = (self._heads(x, stage, part, name) for part in range(3))
        key = self._transposed(key, (0, 1, 3, 2), f"{name}.key")
        square = (windows, heads, tokens, tokens)
        scores = self.graph.node("MatMul", [query, key], square, f"{name}.scores")
        bias = self._position_bias(stage, name)
        scores = self.graph.node("Add", [scores, bias], square, f"{name}.scores")
        if shift:
            scores = self._reshape(scores, (-1, *square), f"{name}.scores")
            mask = self.graph.weight(
                f"mask/{stage.side}/{stage.window}",
                (windows, 1, tokens, tokens),
                lambda: attention_mask(stage.side, stage.window, shift)[:, None],
            )
            scores = self.graph.node("Add", [scores, mask], square, f"{name}.masked")
        weights = self.graph.node("Softmax", [scores], square, f"{name}.weights", axis=-1)
        if shift:
            weights = self.graph.node(
                "ThresholdedRelu", [weights], square, f"{name}.weights", alpha=SMALLEST_WEIGHT
            )
            weights = self._reshape(weights, (-1, heads, tokens, tokens), f"{name}.weights")
        x = self.graph.node(
            "MatMul", [weights, value], (windows, *_per_head(stage)), f"{name}.values"
        )
        x = self._transposed(x, (0, 2, 1, 3), f"{name}.values")
        return self._linear(self._reshape(x, (-1, stage.width), f"{name}.values"), f"{name}.proj")

    def _heads(self, x: Tensor, stage: Stage, part: int, name: str) -> Tensor:
        """Make queries, keys or values: (windows, heads, tokens, width of a head)."""
        width, heads = stage.width, stage.heads
        own = slice(part * width, (part + 1) * width)
        # timm multiplies the queries by this; here it stands in their weights.
        scale = float(np.float64(width / heads) ** -0.5) if part == 0 else 1.0

        def change(values: NDArray[np.float32]) -> NDArray[Any]:
            return np.multiply(values[own], scale, dtype=np.float64).astype(np.float32)

        role = ("query", "key", "value")[part]
        weight = self._weight(f"{name}.qkv.weight", (width, width), change, role)
        bias = None
        if self.layout.qkv_bias:
            bias = self._weight(f"{name}.qkv.bias", (width,), change, role)
        x = self._gemm(x, weight, bias, x.shape, f"{name}.{role}")
        x = self._reshape(x, (-1, stage.window**2, heads, width // heads), f"{name}.{role}")
        return self._transposed(x, (0, 2, 1, 3), f"{name}.{role}")

    def _position_bias(self, stage: Stage, name: str) -> Tensor:
        """Look each pair of tokens up in the bias table; ONNX Runtime does it once, at loading."""
        tokens, table = stage.window**2, f"{name}.relative_position_bias_table"
        places = (2 * stage.window - 1) ** 2
        index = self.graph.weight(
            f"relative_position_index/{stage.window}",
            (tokens, tokens),
            lambda: relative_position_index(stage.window),
            np.int64,
        )
        by_head = self._weight(table, (stage.heads, places), np.transpose)
        shape = (stage.heads, tokens, tokens)
        return self.graph.node("Gather", [by_head, index], shape, table, axis=1)

    def _merged(self, x: Tensor, stage: Stage, following: Stage, name: str) -> Tensor:
        """Join each 2 x 2 tokens to one of twice the width."""
        x = self._gathered(x, merged_order(stage.side, following.window), stage.width, name)
        self._order = order(following.side, following.window, 0)
        x = self._norm(self._reshape(x, (-1, 4 * stage.width), name), f"{name}.norm")
        return self._linear(x, f"{name}.reduction", bias=False)

    def _reordered(self, x: Tensor, wanted: NDArray[np.int64], width: int, name: str) -> Tensor:
        """Bring the tokens into another order of the same picture."""
        if np.array_equal(wanted, self._order):
            return x
        x = self._reshape(self._gathered(x, wanted, width, name), (-1, width), name)
        self._order = wanted
        return x

    def _gathered(self, x: Tensor, wanted: NDArray[np.int64], width: int, name: str) -> Tensor:
        rows = self._reshape(x, (-1, wanted.size, width), name)
        index = self.graph.constant(positions(self._order, wanted), f"{name}/order")
        return self.graph.node("Gather", [rows, index], (wanted.size, width), name, axis=1)

    def _gelu(self, x: Tensor, name: str) -> Tensor:
        """Add x * (1 + erf(x / sqrt 2)) / 2, in the form that ONNX Runtime makes one node of."""

        def node(operator: str, *inputs: Tensor | str) -> Tensor:
            return self.graph.node(operator, inputs, x.shape, f"{name}.gelu")

        raised = node("Erf", node("Div", x, self.graph.scalar(float(np.sqrt(2.0)))))
        whole = node("Mul", x, node("Add", raised, self.graph.scalar(1.0)))
        return node("Mul", whole, self.graph.scalar(0.5))

    def _norm(self, x: Tensor, name: str) -> Tensor:
        width = self.state[f"{name}.weight"].shape
        weights = [self._weight(f"{name}.{role}", width) for role in ("weight", "bias")]
        return self.graph.node(
            "LayerNormalization", [x, *weights], x.shape, name, axis=-1, epsilon=EPSILON
        )

    def _linear(self, x: Tensor, name: str, *, bias: bool = True) -> Tensor:
        shape = tuple(self.state[f"{name}.weight"].shape)
        weight = self._weight(f"{name}.weight", shape)
        added = self._weight(f"{name}.bias", shape[:1]) if bias else None
        return self._gemm(x, weight, added, (*x.shape[:-1], shape[0]), name)

    def _gemm(
        self, x: Tensor, weight: str, bias: str | None, shape: tuple[int | None, ...], name: str
    ) -> Tensor:
        """Multiply rows by a weight that stands as PyTorch stores it, (given, taken)."""
        inputs: list[Tensor | str] = [x, weight] if bias is None else [x, weight, bias]
        return self.graph.node("Gemm", inputs, shape, name, transB=1)

    def _reshape(self, x: Tensor, sides: tuple[int, ...], name: str) -> Tensor:
        target = self.graph.constant(
            np.array(sides, np.int64), f"shape/{'x'.join(map(str, sides))}"
        )
        return self.graph.node("Reshape", [x, target], sides[1:], name)

    def _transposed(self, x: Tensor, axes: tuple[int, ...], name: str) -> Tensor:
        shape = tuple(x.shape[axis - 1] for axis in axes[1:])  # the batch stays in front
        return self.graph.node("Transpose", [x], shape, name, perm=axes)

    def _weight(
        self,
        name: str,
        shape: tuple[int, ...],
        change: WeightChange = lambda values: values,
        role: str = "",
    ) -> str:
        """Name a tensor of the file as a weight, changed when it is read; `role` tells its part."""
        full = f"{name}/{role}" if role else name
        return self.graph.weight(full, shape, lambda: change(read(self.state, name)))


def _per_head(stage: Stage) -> tuple[int, int, int]:
    return stage.heads, stage.window**2, stage.width // stage.heads
