"""A Swin transformer, trained by PyTorch and timm."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError, MissingExtraError, SettingError
from gantei.inference.session import Device
from gantei.system.install_command import how_to_add

from ..learning.learning_target import LearningTarget
from ..learning.linear_head import LinearHead
from ..pytorch_files.state_dict import open_state_dict
from ..verification.timm_network import loaded_network, torch_and_timm
from .number_scale import NumberScale
from .training_device import torch_device

_HEADS = ("head.fc.", "head.")
"""Before the names of the last layer, in newer and older versions of timm."""


def open_swin(
    path: Path,
    target: LearningTarget,
    scale: NumberScale,
    size: tuple[int, int] | None,
    device: Device = "auto",
) -> "SwinTraining":
    """Open a PyTorch file of a Swin transformer; see `network_training.open_trainable`."""
    try:
        torch, _ = torch_and_timm("training a Swin transformer")
    except MissingExtraError as error:
        raise MissingExtraError(f"{error}, or {how_to_add('torch')}") from error
    chosen = torch_device(torch, device)
    with open_state_dict(path) as opened:
        state = {
            name: torch.from_numpy(np.array(tensor.read()))
            for name, tensor in opened.tensors.items()
        }
    try:
        network = loaded_network(state, size[0] if size else None)
    except ConversionError:
        raise
    except Exception as error:  # they raise whatever comes
        raise ConversionError(f"{path.name}: timm cannot open it: {error}") from error
    return SwinTraining(torch, network, target, scale, chosen)


class SwinTraining:
    """A `TrainableNetwork` of PyTorch's.

    Nothing in a Swin transformer keeps statistics; what drops parts at random stays switched off.
    On a CPU the same steps give the same weights on one machine with one number of threads.
    """

    framework = "PyTorch"
    suffix = ".safetensors"

    def __init__(
        self, torch: Any, network: Any, target: LearningTarget, scale: NumberScale, device: Any
    ) -> None:
        self.target, self.scale = target, scale
        self._torch = torch
        self._device = device
        self._network = network.eval()
        self._head = self._replaced_head().to(self._device)
        self._network.to(self._device)
        side = network.patch_embed.img_size
        self.size = (int(side[0]), int(side[1]))
        self._optimiser: Any = None

    def versions(self) -> dict[str, str]:
        """Name the timm and the PyTorch that compute it, with versions."""
        return {"timm": version("timm"), "torch": self._torch.__version__}

    def original_answers(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Answer as the file's own network does, with its own head: (n, units)."""
        weight, bias = self._original
        answers: NDArray[np.float32] = self.embeddings(values) @ weight.T + bias
        return answers

    def weights(self) -> list[NDArray[np.float32]]:
        """Give copies of all weights, the head's kernel (width, columns) and bias last."""
        arrays = [np.array(one.detach().cpu().numpy()) for one in self._parameters()]
        return [*arrays[:-2], np.ascontiguousarray(arrays[-2].T), arrays[-1]]

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Take weights of a network of the same architecture."""
        if [one.shape for one in weights] != [one.shape for one in self.weights()]:
            raise SettingError(
                f"{len(weights)} weights were given for a network of {len(self.weights())}, or of "
                "other shapes: they are of another network"
            )
        arrays = [*weights[:-2], weights[-2].T, weights[-1]]
        with self._torch.no_grad():
            for parameter, values in zip(self._parameters(), arrays, strict=True):
                parameter.copy_(self._torch.from_numpy(np.array(values, np.float32)))

    def are_trained(self) -> list[bool]:
        """Tell of each of the weights whether training changes it: all are trained."""
        return [True] * len(self._parameters())

    def set_head(self, head: LinearHead) -> None:
        """Take a head fitted on `embeddings`, whose numbers are in the target's unit."""
        kernel, bias = head.kernel, head.bias
        if self.target.kind == "regression":
            kernel, bias = kernel / self.scale.factor, self.scale.standardised(bias)
        self._set_linear(kernel.T, bias)

    def embeddings(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the embeddings (n, width) of pixels."""
        taken: list[Any] = []
        hook = self._head.register_forward_pre_hook(lambda _, given: taken.append(given[0]))
        try:
            self._answered(values)
        finally:
            hook.remove()
        return np.array(taken[0].float().cpu().numpy())

    def linear(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give the linear values (n, columns) of pixels, before a sigmoid or softmax."""
        return np.asarray(self._answered(values).float().cpu().numpy(), np.float64)

    def begin_training(self, rate: float) -> None:
        """Start with a fresh Adam at this learning rate."""
        self._optimiser = self._torch.optim.Adam(self._parameters(), lr=rate)

    def step(self, values: NDArray[np.float32], truths: NDArray[Any]) -> float:
        """Train on one batch; return its mean loss before the step."""
        self._optimiser.zero_grad(set_to_none=True)
        with self._mixed():
            linear = self._network(self._pictures(values))
        loss = self._loss(linear.float(), truths)
        loss.backward()
        self._optimiser.step()
        return float(loss.detach())

    def optimiser_state(self) -> list[NDArray[Any]]:
        """Give copies of the optimiser's state: of each weight its step and two moments."""
        state = self._optimiser.state
        return [
            np.array(state[one][key].cpu().numpy())
            for one in self._parameters()
            for key in ("step", "exp_avg", "exp_avg_sq")
            if one in state
        ]

    def set_optimiser_state(self, state: Sequence[NDArray[Any]]) -> None:
        """Go on from a state that `optimiser_state` gave."""
        given = iter(state)
        for parameter in self._parameters() if state else ():
            step, first, second = (self._torch.from_numpy(np.array(next(given))) for _ in range(3))
            self._optimiser.state[parameter] = {
                "step": step,
                "exp_avg": first.to(self._device),
                "exp_avg_sq": second.to(self._device),
            }

    def save(self, path: Path) -> None:
        """Write a state dict of safetensors; numbers are in their unit."""
        from safetensors.torch import save_file

        state = {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in self._network.state_dict().items()
        }
        if self.target.kind == "regression":
            prefix = next(one for one in _HEADS if f"{one}weight" in state)
            state[f"{prefix}weight"] *= self.scale.factor
            state[f"{prefix}bias"] = state[f"{prefix}bias"] * self.scale.factor + self.scale.offset
        save_file(state, path)

    def _replaced_head(self) -> Any:
        """Put a linear layer of zeros in the last one's place."""
        holder = self._network
        name = "head"
        if not isinstance(holder.head, self._torch.nn.Linear):  # newer versions of timm
            holder, name = holder.head, "fc"
        former = getattr(holder, name)
        self._original = tuple(
            np.array(one.detach().numpy()) for one in (former.weight, former.bias)
        )
        linear = self._torch.nn.Linear(former.in_features, self.target.columns)
        setattr(holder, name, linear)
        self._torch.nn.init.zeros_(linear.weight)
        self._torch.nn.init.zeros_(linear.bias)
        return linear

    def _parameters(self) -> list[Any]:
        own = {id(self._head.weight), id(self._head.bias)}
        body = [one for one in self._network.parameters() if id(one) not in own]
        return [*body, self._head.weight, self._head.bias]

    def _set_linear(self, weight: NDArray[np.float64], bias: NDArray[np.float64]) -> None:
        with self._torch.no_grad():
            for parameter, values in ((self._head.weight, weight), (self._head.bias, bias)):
                parameter.copy_(self._torch.from_numpy(np.array(values, np.float32)))

    def _pictures(self, values: NDArray[np.float32]) -> Any:
        pictures = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
        return self._torch.from_numpy(pictures).to(self._device)

    def _mixed(self) -> AbstractContextManager[Any]:
        """Multiply in bfloat16 on a GPU that can."""
        if self._device.type == "cuda" and self._torch.cuda.is_bf16_supported():
            mixed: AbstractContextManager[Any] = self._torch.autocast("cuda", self._torch.bfloat16)
            return mixed
        return nullcontext()

    def _answered(self, values: NDArray[np.float32]) -> Any:
        with self._torch.inference_mode(), self._mixed():
            return self._network(self._pictures(values))

    def _loss(self, linear: Any, truths: NDArray[Any]) -> Any:
        functional = self._torch.nn.functional
        if self.target.kind == "categorical":
            classes = self._torch.from_numpy(np.asarray(truths, np.int64)).to(self._device)
            return functional.cross_entropy(linear, classes)
        wanted = self._torch.from_numpy(np.asarray(truths, np.float32)).to(self._device)
        if self.target.kind == "regression":
            return functional.mse_loss(linear[:, 0], wanted)
        return functional.binary_cross_entropy_with_logits(linear[:, 0], wanted)
