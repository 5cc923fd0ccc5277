"""Write the ONNX files here with PyTorch, and the answers of PyTorch: `python make_onnx.py`.

Made with torch 2.14.1. The networks are small and their weights random; what is tested is whether
the answers are kept.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
SIDE = 32


class Pooled(nn.Module):
    """Convolutions, global average pooling, one dense layer and a sigmoid."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.head = nn.Linear(12, 1)

    def forward(self, x):
        x = (x - 0.45) / 0.22
        x = torch.relu(self.norm(self.first(x)))
        x = torch.nn.functional.silu(self.second(x)).mean((2, 3))
        return torch.sigmoid(self.head(x))


class Attentive(nn.Module):
    """Patches, one block of attention, two answers; batch and shapes are read from the input."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, stride=8)
        self.norm = nn.LayerNorm(16)
        self.qkv = nn.Linear(16, 48)
        self.age = nn.Linear(16, 1)
        self.sex = nn.Linear(16, 2)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        n, length, width = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, length, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-2, -1) / (width // 2) ** 0.5, -1)
        x = x + (weights @ v).transpose(1, 2).reshape(n, length, width)
        x = torch.nn.functional.gelu(x).mean(1)
        return self.age(x), torch.softmax(self.sex(x), 1)


def main():
    """Write every file."""
    torch.manual_seed(1)
    pooled, attentive = Pooled().eval(), Attentive().eval()
    with torch.no_grad():
        pooled.norm.running_mean += torch.rand(8)
        pooled.norm.running_var += torch.rand(8)
        pictures = torch.rand(3, 3, SIDE, SIDE)
        answers = {"sex": pooled(pictures)}
        answers |= dict(zip(("age", "class"), attentive(pictures), strict=True))
    usual = {"opset_version": 17, "dynamo": False, "input_names": ["photograph"]}
    batches = {name: {0: "n"} for name in ("photograph", "answer", "age", "class")}
    for name, model, outputs, axes in (
        ("pooled", pooled, ["answer"], {"photograph": batches["photograph"]}),
        ("fixed", pooled, ["answer"], None),
        ("attentive", attentive, ["age", "class"], batches),
        ("attentive-fixed", attentive, ["age", "class"], None),
    ):
        torch.onnx.export(
            *(model, torch.zeros(1, 3, SIDE, SIDE), HERE / f"torch214-{name}.onnx"),
            **usual,
            output_names=outputs,
            dynamic_axes=axes,
        )
    np.savez(
        HERE / "torch214-onnx.npz",
        photographs=pictures.numpy().transpose(0, 2, 3, 1),
        **{name: values.numpy() for name, values in answers.items()},
    )


if __name__ == "__main__":
    main()
