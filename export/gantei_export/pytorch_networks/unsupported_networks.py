"""Networks that people have as PyTorch files and that are not built here: refused by name."""

import re

from gantei.errors import ConversionError

from ..refusals.other_ways import EXPORT_FROM_TORCH
from .named_tensors import NamedTensors, named

KNOWN = "Swin transformers as timm and Microsoft's own code name them"
SIGNS = {
    "a Swin transformer V2": r"\.attn\.(logit_scale|cpb_mlp\.)",
    "torchvision's Swin transformer": r"features\.\d+\.\d+\.attn\.relative_position_bias_table$",
    "Hugging Face's Swin transformer": r"\.layers\.\d+\.blocks\.\d+\.attention\.self\.",
    "a Swin transformer of other blocks": r"\.relative_position_bias_table$",
    "a Vision Transformer (ViT, such as RETFound or DINO)": r"(^|\.)cls_token$",
    "a ConvNeXt": r"stages\.\d+\.(blocks\.)?\d+\.(conv_dw|dwconv|gamma)",
    "an EfficientNet": r"(^|\.)(conv_stem|_conv_stem)\.weight$|\.block\.\d+\.fc1\.weight$",
    "a DenseNet": r"\.denseblock\d+\.",
    "an Inception": r"(^|\.)Mixed_\d[a-z]\.",
    "a ResNet or a relative of it": r"(^|\.)layer\d+\.\d+\.(conv|bn)\d\.",
    "a MobileNet or VGG": r"^features\.\d+\.",
}  # fmt: skip
"""By the names of their tensors; the first that fits counts."""


def refuse_others(state: NamedTensors, sign: str) -> None:
    """Refuse a state dict without the tensor `sign`, or with one that tells another network.

    Raises:
        ConversionError: it says what the network looks like, and the way that remains.
    """
    if not state:
        raise ConversionError("the state dict holds no tensor")
    others = list(SIGNS) if sign not in state else list(SIGNS)[:1]
    looks = next((name for name in others if any(re.search(SIGNS[name], key) for key in state)), "")
    if sign in state and not looks:
        return
    what = f"looks like {looks}" if looks else f"is not known; it holds {named(state)}"
    raise ConversionError(
        f"the network {what}. Known are {KNOWN}. Where another's code is, {EXPORT_FROM_TORCH}"
    )
