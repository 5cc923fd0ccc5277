"""Writes the small genuine state dicts of Swin transformers beside it, with what timm answers.

Run once with timm 0.5.4 and once with 1.0.20; the version stands in the names. `<name>.npz` holds
the state dict under `state/`, `photograph` (two pictures, NHWC), `answer`, and `features`, the
tokens after the last norm, NHWC.

    python make_swin.py
"""

from pathlib import Path

import numpy as np
import timm
import torch
from timm.models.swin_transformer import SwinTransformer

HERE = Path(__file__).parent
VERSION = "timm" + "".join(timm.__version__.split(".")[:2])
NETWORKS = {
    # Shifted windows in two stages, and a last stage of one window.
    "usual": {"img_size": 64, "depths": (2, 2, 1), "num_heads": (1, 2, 4), "num_classes": 1},
    # The window of the last stage is smaller than the others.
    "small": {"img_size": 32, "depths": (2, 1, 1), "num_heads": (2, 2, 4), "num_classes": 1},
    # Attention scores so high that timm's mask, -100, does not silence all strangers.
    "loud": {"img_size": 32, "depths": (2, 1), "num_heads": (2, 4), "num_classes": 1},
    "bare": {
        "img_size": 32,
        "depths": (1, 2),
        "num_heads": (2, 4),
        "num_classes": 3,
        "qkv_bias": False,
    },
}
OLDER = {"bare": {"patch_norm": False}}
"""What only timm 0.5.4 can leave out."""


def settle(model, loudness):
    """Make every weight matter: no norm, bias or bias table is as it was initialised."""
    for name, weight in model.named_parameters():
        noise = torch.randn_like(weight)
        if name.endswith("relative_position_bias_table"):
            weight.copy_(loudness * noise)
        elif "norm" in name and name.endswith("weight"):
            weight.copy_(1 + 0.2 * noise)
        elif name.endswith("bias"):
            weight.copy_(0.1 * noise)
        else:
            weight.copy_(noise / weight[0].numel() ** 0.5)


def features(model, photograph):
    """The tokens after the last norm, NHWC; timm 0.5.4 gives them as rows, before it pools them."""
    kept = []
    hook = model.norm.register_forward_hook(lambda *call: kept.append(call[-1]))
    answer = model(photograph)
    hook.remove()
    tokens = kept[0].numpy()
    side = round((tokens.size / tokens.shape[0] / tokens.shape[-1]) ** 0.5)
    return answer.numpy(), tokens.reshape(len(tokens), side, side, -1)


def save(name, options):
    """Save one network's state dict and answers."""
    torch.manual_seed(5)
    if VERSION == "timm05":
        options = options | OLDER.get(name, {})
    model = SwinTransformer(embed_dim=8, window_size=4, mlp_ratio=2.0, **options).eval()
    settle(model, 60.0 if name == "loud" else 0.5)
    size = options["img_size"]
    pictures = np.random.default_rng(7).integers(-2, 3, (2, size, size, 3)).astype("float32")
    answer, tokens = features(model, torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()))
    state = {f"state/{key}": value.numpy() for key, value in model.state_dict().items()}
    told = {"photograph": pictures, "answer": answer, "features": tokens}
    np.savez_compressed(HERE / f"{VERSION}-swin-{name}.npz", **told, **state)


if __name__ == "__main__":
    with torch.no_grad():
        for each, settings in NETWORKS.items():
            save(each, settings)
