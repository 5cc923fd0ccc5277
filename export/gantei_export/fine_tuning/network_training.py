"""What a network can do that is to be trained, whichever framework computes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.inference.session import Device

from ..file_kinds.kind import HDF5, KERAS_ARCHIVE, PYTORCH, SAFETENSORS, kind_of_file
from ..learning.learning_target import LearningTarget
from ..learning.linear_head import LinearHead
from ..manifest_draft.user_claims import UserClaims
from .number_scale import AS_IT_IS, NumberScale
from .training_device import choose_for_tensorflow, torch_device

NetworkWeights = list[NDArray[np.float32]]
"""All weights of a network, in an order that depends on the network alone; the last two are the
head's kernel and bias."""


class TrainableNetwork(Protocol):
    """A network with a new head, in training form.

    Batch normalisation is in inference mode: its statistics never change. Nothing random happens
    inside: a step depends on the weights, the optimiser's state and what it is given.

    Pixels are given as the network takes them (`PreparedPhotographs.network_values`): float32
    (n, height, width, 3). Linear values are on the network's `scale`.
    """

    framework: str
    """`Keras` or `PyTorch`."""
    target: LearningTarget
    scale: NumberScale
    size: tuple[int, int]
    """Height and width of what it takes, px."""
    suffix: str
    """Ending of the file that `save` writes."""

    def versions(self) -> dict[str, str]:
        """Name what computes it, with versions: the framework's package first."""

    def original_answers(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Answer as the file's own network does, with its own head: (n, units).

        Raises:
            SettingError: the file has none.
        """

    def weights(self) -> NetworkWeights:
        """Give copies of all weights."""

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Take weights, as `weights` gave them, of a network of the same architecture.

        Raises:
            SettingError: their number or a shape is another.
        """

    def are_trained(self) -> list[bool]:
        """Tell of each of the weights whether training changes it; statistics stay as they are."""

    def set_head(self, head: LinearHead) -> None:
        """Take a head fitted on `embeddings`, whose numbers are in the target's unit."""

    def embeddings(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the embeddings (n, width) of pixels."""

    def linear(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give the linear values (n, columns) of pixels, before a sigmoid or softmax."""

    def begin_training(self, rate: float) -> None:
        """Start with a fresh optimiser (Adam) at this learning rate."""

    def step(self, values: NDArray[np.float32], truths: NDArray[Any]) -> float:
        """Train on one batch; return its mean loss before the step.

        `truths`: float (n,) on the scale, or classes, int (n,).
        """

    def optimiser_state(self) -> list[NDArray[Any]]:
        """Give copies of the optimiser's state, counters included."""

    def set_optimiser_state(self, state: Sequence[NDArray[Any]]) -> None:
        """Go on from a state that `optimiser_state` gave."""

    def save(self, path: Path) -> None:
        """Write the network as a file that `gantei import` takes; numbers are in their unit.

        A network of Keras ends in a sigmoid or softmax, where the target is classes. One of
        PyTorch ends linearly.
        """


def open_trainable(
    path: Path,
    target: LearningTarget,
    *,
    scale: NumberScale = AS_IT_IS,
    claims: UserClaims | None = None,
    size: tuple[int, int] | None = None,
    device: Device = "auto",
) -> TrainableNetwork:
    """Open a publisher's file for training, with a new head, all zeros, in its last layer's place.

    The file is read as data: gantei's own reader checks its layers, and the framework is given
    those layers and the weights, nothing else of the file.

    Args:
        path: a file of Keras (`.h5`, `.keras`, weights alone) or of PyTorch (Swin).
        target: what the new head estimates.
        scale: on which numbers are learnt.
        claims: what was stated about a file of weights alone when it was imported.
        size: height and width (px), of a network that takes any.
        device: to compute on; `auto`: a GPU where there is one. TensorFlow has one for the whole
            process.

    Raises:
        DeviceError: the framework has not the device that was asked for.
        SettingError: the file is of a kind that cannot be trained, such as ONNX.
        ConversionError: it is damaged, or has a layer that is not known.
        MissingExtraError: TensorFlow, or PyTorch and timm, is not installed.
    """
    kind = kind_of_file(path)
    if kind in (PYTORCH, SAFETENSORS):
        from .swin_training import open_swin

        return open_swin(path, target, scale, size, device)
    if kind in (HDF5, KERAS_ARCHIVE):
        from .keras_training import open_keras

        return open_keras(path, target, scale, claims or UserClaims(), size, device)
    raise SettingError(
        f"{path.name}: {kind.what}; only a file of Keras, or a Swin transformer of PyTorch's, can "
        "be trained as a whole. gantei adapt without --whole-network fits a new head to any "
        "estimator that gives embeddings"
    )


def check_training_device(path: Path, device: Device) -> None:
    """Choose the device for a publisher's file before any work is done for it.

    Raises:
        DeviceError: the framework has not the device that was asked for.
        MissingExtraError: the framework is not installed.
    """
    if kind_of_file(path) in (PYTORCH, SAFETENSORS):
        from ..verification.timm_network import torch_and_timm

        torch_device(torch_and_timm("training a Swin transformer")[0], device)
        return
    from .keras_training import training_keras

    training_keras()
    choose_for_tensorflow(device)
