"""From a state dict to a converted network: which one it is, by its names and shapes."""

from onnx import helper

from ..manifest_draft.network_facts import NetworkFacts, OutputFacts
from ..onnx_graph.conversion import Conversion, converted
from ..onnx_graph.explanation_outputs import EMBEDDING, MAP, Head, explain
from ..onnx_graph.graph import Graph
from .named_tensors import NamedTensors, read
from .swin import Swin
from .swin_layout import layout_of
from .unsupported_networks import refuse_others

OUTPUT = "head"
"""Name of the answer until the estimator's manifest gives another."""
SIGN = "layers.0.blocks.0.attn.relative_position_bias_table"
"""A Swin transformer of timm or Microsoft has this tensor."""


def convert_state_dict(
    state: NamedTensors,
    sha256: str,
    size: int,
    input_size: tuple[int, int] | None = None,
) -> Conversion:
    """Convert the network of a state dict, whose names bear no wrapper's prefix any more.

    Args:
        state: tensors by name; each is read once or a few times, one after the other.
        sha256: digest of the file that holds it.
        size: bytes of that file.
        input_size: height and width (px) that are known from elsewhere, for files without them.

    Returns:
        As of a Keras file: `photograph` float32 (n, height, width, 3), an answer (n, units), and
        its map and embedding; see `explanation_outputs`.

    Raises:
        ConversionError: it is no network that is known here, or not a whole one.
    """
    refuse_others(state, SIGN)
    side = input_size[0] if input_size and input_size[0] == input_size[1] else None
    layout = layout_of(state, side)
    graph = Graph()
    swin = Swin(graph, state, layout)
    facts = NetworkFacts(
        sha256=sha256,
        bytes=size,
        keras_version=None,
        architecture=layout.architecture,
        input_size=(layout.size, layout.size),
        outputs=(OutputFacts(OUTPUT, layout.units, "linear"),),
        framework="PyTorch",
        input_size_basis=layout.size_basis,
        architecture_evidence=layout.evidence,
    )
    bias = tuple(float(str(value)) for value in read(state, f"{layout.head}.bias"))
    head = Head((MAP, EMBEDDING), "linear", bias)
    answer, places, pooled = swin.answer()
    graph.nodes.append(helper.make_node("Identity", [answer.name], [OUTPUT], OUTPUT))
    explanations = {MAP: (places, places.shape), EMBEDDING: (pooled, pooled.shape)}
    described = explain(graph, OUTPUT, 1, explanations, head.roles)
    return converted(graph, (layout.size, layout.size), facts, [head], described)
