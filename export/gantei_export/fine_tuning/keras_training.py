"""A network of Keras, trained by TensorFlow."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import MissingExtraError, SettingError
from gantei.inference.session import Device
from gantei.system.install_command import how_to_add

from ..keras_networks.calls import Result
from ..learning.learning_target import LearningTarget
from ..learning.linear_head import LinearHead
from ..manifest_draft.user_claims import UserClaims
from ..verification.keras_packages import keras2
from .keras_opening import OpenedNetwork, open_network
from .keras_rebuilding import KerasRebuilding
from .number_scale import NumberScale
from .training_device import choose_for_tensorflow

_ACTIVATIONS = {"regression": "linear", "binary": "sigmoid", "categorical": "softmax"}
_HEAD = "estimate"
_LEAST_CAPABILITY = (8, 0)
"""Compute capability of a GPU that multiplies bfloat16; older ones compute in float32."""


def open_keras(
    path: Path,
    target: LearningTarget,
    scale: NumberScale,
    claims: UserClaims,
    size: tuple[int, int] | None,
    device: Device = "auto",
) -> "KerasTraining":
    """Open a Keras file for training; see `network_training.open_trainable`."""
    keras = training_keras()
    choose_for_tensorflow(device)
    return KerasTraining(keras, open_network(path, claims), target, scale, size)


def training_keras() -> Any:
    """Import the Keras that trains.

    Raises:
        MissingExtraError: TensorFlow or tf_keras is not installed.
    """
    try:
        return keras2("training a whole network")
    except MissingExtraError as error:
        raise MissingExtraError(
            f"training a network of Keras needs TensorFlow and tf_keras: {how_to_add('tensorflow')}"
        ) from error


def mixed_precision() -> str:
    """Choose how TensorFlow multiplies: bfloat16 on a GPU that can, float32 otherwise."""
    import tensorflow as tf

    gpus = tf.config.get_visible_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    able = [one.get("compute_capability", (0, 0)) >= _LEAST_CAPABILITY for one in details]
    return "mixed_bfloat16" if able and all(able) else "float32"


@dataclass(frozen=True)
class _Built:
    whole: Any
    """From pixels to the linear values."""
    answers: Any
    """From pixels to the embedding and the linear values."""


class KerasTraining:
    """A `TrainableNetwork` of Keras.

    On a CPU the same steps give the same weights, bit for bit, on one machine with one number of
    threads. A GPU adds in no fixed order.
    """

    framework = "Keras"
    suffix = ".h5"

    def __init__(
        self,
        keras: Any,
        opened: OpenedNetwork,
        target: LearningTarget,
        scale: NumberScale,
        size: tuple[int, int] | None,
        precision: str | None = None,
    ) -> None:
        self.target, self.scale = target, scale
        self._keras, self._opened = keras, opened
        built = self._build(precision or mixed_precision(), size, "linear")
        self._whole = built.whole
        height, width = self._whole.input_shape[1:3]
        if height is None or width is None:
            raise SettingError("the network takes pictures of any size, and none is stated")
        self.size = (height, width)
        self._answers = self._compiled(built.answers)
        self._optimiser: Any = None
        self._trainer: Any = None

    def versions(self) -> dict[str, str]:
        """Name the Keras and the TensorFlow that compute it, with versions."""
        return {self._keras.__name__: self._keras.__version__, "tensorflow": version("tensorflow")}

    def original_answers(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Answer as the file's own network does, with its own head: (n, units).

        Raises:
            SettingError: the file has none.
        """
        answer: Result | None = self._opened.answer
        if answer is None:
            raise SettingError("the file has no head of its own")
        rebuilding = KerasRebuilding(self._keras)
        photograph, (tensor,) = rebuilding.build(self._opened.network, self.size, [answer])
        model = self._keras.Model(photograph, tensor)
        answers: NDArray[np.float32] = model(values, training=False).numpy()
        return answers.reshape(len(values), -1)

    def weights(self) -> list[NDArray[np.float32]]:
        """Give copies of all weights, those of the head last."""
        return [np.array(variable.numpy(), np.float32) for variable in self._variables()]

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Take weights of a network of the same architecture."""
        variables = self._variables()
        expected = [tuple(one.shape) for one in variables]
        if [one.shape for one in weights] != expected:
            raise SettingError(
                f"{len(weights)} weights were given for a network of {len(expected)}, or of other "
                "shapes: they are of another network"
            )
        for variable, values in zip(variables, weights, strict=True):
            variable.assign(values)

    def are_trained(self) -> list[bool]:
        """Tell of each of the weights whether training changes it."""
        trained = {id(variable) for variable in self._whole.trainable_variables}
        return [id(variable) in trained for variable in self._variables()]

    def set_head(self, head: LinearHead) -> None:
        """Take a head fitted on `embeddings`, whose numbers are in the target's unit."""
        kernel, bias = head.kernel, head.bias
        if self.target.kind == "regression":
            kernel, bias = kernel / self.scale.factor, self.scale.standardised(bias)
        self._whole.get_layer(_HEAD).set_weights([kernel, bias])

    def embeddings(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the embeddings (n, width) of pixels."""
        return np.asarray(self._answers(values)[0], np.float32)

    def linear(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give the linear values (n, columns) of pixels, before a sigmoid or softmax."""
        return np.asarray(self._answers(values)[1], np.float64)

    def begin_training(self, rate: float) -> None:
        """Start with a fresh Adam at this learning rate."""
        self._optimiser = self._keras.optimizers.Adam(rate, jit_compile=False)
        self._optimiser.build(self._whole.trainable_variables)
        self._trainer = self._traced()

    def step(self, values: NDArray[np.float32], truths: NDArray[Any]) -> float:
        """Train on one batch; return its mean loss before the step."""
        return float(self._trainer(values, np.asarray(truths, np.float32)))

    def optimiser_state(self) -> list[NDArray[Any]]:
        """Give copies of the optimiser's state, counters included."""
        return [np.array(variable.numpy()) for variable in self._optimiser.variables]

    def set_optimiser_state(self, state: Sequence[NDArray[Any]]) -> None:
        """Go on from a state that `optimiser_state` gave."""
        for variable, values in zip(self._optimiser.variables, state, strict=True):
            variable.assign(values)

    def save(self, path: Path) -> None:
        """Write a whole model in float32; numbers are in their unit."""
        finished = self._build("float32", self.size, _ACTIVATIONS[self.target.kind]).whole
        *body, kernel, bias = self.weights()
        if self.target.kind == "regression":
            kernel = kernel * np.float32(self.scale.factor)
            bias = self.scale.numbers(bias).astype(np.float32)
        for variable, values in zip(_ordered(finished), [*body, kernel, bias], strict=True):
            variable.assign(values)
        with _quiet():
            finished.save(path, include_optimizer=False)

    def _variables(self) -> list[Any]:
        return _ordered(self._whole)

    def _build(self, precision: str, size: tuple[int, int] | None, activation: str) -> _Built:
        rebuilding = KerasRebuilding(self._keras, precision)
        photograph, (x,) = rebuilding.build(self._opened.network, size, [self._opened.features])
        if len(x.shape) == 4:
            x = rebuilding.layer("GlobalAveragePooling2D", "pooling")(x)
        head = self._keras.layers.Dense(
            self.target.columns,
            activation,
            kernel_initializer="zeros",
            name=_HEAD,
            dtype="float32",
        )
        linear = head(x)
        whole, answers = (self._keras.Model(photograph, each) for each in (linear, [x, linear]))
        return _Built(whole, answers)

    def _compiled(self, model: Any) -> Any:
        """Make a graph of what a model answers: layer by layer takes nearly twice as long."""
        import tensorflow as tf

        photographs = tf.TensorSpec((None, *self.size, 3), tf.float32)
        return tf.function(
            lambda values: model(values, training=False), input_signature=[photographs]
        )

    def _traced(self) -> Any:
        import tensorflow as tf

        network, optimiser = self._whole, self._optimiser
        variables, loss_of = network.trainable_variables, self._loss

        @tf.function(  # type: ignore[untyped-decorator]
            input_signature=[
                tf.TensorSpec((None, *self.size, 3), tf.float32),
                tf.TensorSpec((None,), tf.float32),
            ]
        )
        def train(values: Any, truths: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = loss_of(network(values, training=False), truths)
            optimiser.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return loss

        return train

    def _loss(self, linear: Any, truths: Any) -> Any:
        import tensorflow as tf

        if self.target.kind == "regression":
            return tf.reduce_mean(tf.square(linear[:, 0] - truths))
        if self.target.kind == "binary":
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=truths, logits=linear[:, 0])
        else:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=tf.cast(truths, tf.int32), logits=linear
            )
        return tf.reduce_mean(losses)


def _ordered(model: Any) -> list[Any]:
    """List a model's variables layer by layer, the head's last."""
    head = model.get_layer(_HEAD)
    own = {id(variable) for variable in head.weights}
    return [one for one in model.weights if id(one) not in own] + list(head.weights)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the user that HDF5 is old, and that the model was not compiled."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
