"""The same architectures in PyTorch on the same card, where it is installed, for `gpu.py`.

Float32 without tensor-float32, channels last, in inference mode, pixels copied as uint8 and scaled
on the card as here. EfficientNet-B7 and Swin-B are torchvision's (pip install torch torchvision).
"""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from gpu_measures import Row, Settings, _rate
from gpu_networks import NETWORKS, SMALL

PEER = "PyTorch"


def peers(settings: Settings, network: str) -> Iterator[Row]:
    """Measure PyTorch, or say what is missing."""
    missing = [name for name in ("torch", "torchvision") if find_spec(name) is None]
    if missing and (network != "MobileNet" or "torch" in missing):
        yield {"measure": PEER, "network": network, "absent": f"{missing[0]} is not installed"}
        return
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    side = (SMALL if settings.small else NETWORKS)[network][0]
    made = _network(torch, network, side).eval().to(settings.device)
    made = made.to(memory_format=torch.channels_last)
    for batch in settings.batches:
        pixels = torch.randint(0, 256, (batch, side, side, 3), dtype=torch.uint8)

        def run(pixels: Any = pixels) -> int:
            with torch.inference_mode():
                there = pixels.to(settings.device).permute(0, 3, 1, 2).float()
                made((there - 127.5) / 127.5).cpu()
            return len(pixels)

        yield _rate(PEER, network, batch, run, settings)


def _network(torch: Any, network: str, side: int) -> Any:
    if network == "MobileNet":
        return _mobilenet(torch)
    from torchvision.models import efficientnet_b0, efficientnet_b7
    from torchvision.models.swin_transformer import SwinTransformer

    if network == "EfficientNet-B7":
        return (efficientnet_b0 if side < 100 else efficientnet_b7)(num_classes=1)
    measures: Any = (SMALL if side < 100 else NETWORKS)[network][1]
    return SwinTransformer(
        [4, 4], measures.width, list(measures.depths), list(measures.heads),
        [measures.window] * 2, num_classes=1,
    )  # fmt: skip


def _mobilenet(torch: Any) -> Any:
    """MobileNet of 2017, whole width, which torchvision does not have."""
    nn = torch.nn

    def step(inputs: int, outputs: int, stride: int, kernel: int = 3, groups: int = 1) -> list[Any]:
        padding = kernel // 2
        return [nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
                nn.BatchNorm2d(outputs), nn.ReLU6()]  # fmt: skip

    layers, width = step(3, 32, 2), 32
    for outputs, stride in zip(
        (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024),
        (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1),
        strict=True,
    ):
        layers += step(width, width, stride, groups=width) + step(width, outputs, 1, kernel=1)
        width = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 1))
