"""Fits the network so that it answers right and hardly notices how a picture was decoded."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .demo_networks import AGE_SPREAD, MEAN_AGE, build
from .pictures import SIDE, Pictures

BATCH, PAIRS = 32, 16
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.05
SMOOTHING = 0.2
"""Share by which the labels of sex are drawn towards one half (Szegedy et al. 2016): the network's
probabilities stay between about 0.1 and 0.9, and no small change of a picture sways them."""
STEADINESS = (700.0, 80.0)
"""Weights, at the end, of the squared change of the age (in spreads) and of male's logit."""
JITTER, NOISE = 0.03, 4.0
"""What the second version gets: `_disturbed`'s amount, and grey levels. Reduced decoding shifts
by a hundredth of a pixel and changes by half a level; more makes a clearer signal."""
LONE = 0.5
"""Share of the epochs without second versions."""


def fit(pictures: Pictures, epochs: int, seed: int, tick: Callable[[str], object]) -> Any:
    """Train one network on age, sex and traits; `tick` hears the mean losses of each epoch.

    Every picture is seen a little shifted, scaled and noisy. After the first epochs every second
    one comes in two versions; the loss counts the errors, and more and more how far the answers
    to both versions differ.
    """
    import tensorflow as tf
    import tf_keras as keras

    keras.utils.set_random_seed(seed)
    network = build()
    steps = len(pictures.pixels) // BATCH * epochs
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 20, warmup_target=LEARNING_RATE, warmup_steps=steps // 20
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)
    variables = network.trainable_variables

    @tf.function  # type: ignore[untyped-decorator]
    def step(pixels: Any, wanted: Any, care: Any, pairs: int) -> Any:
        first = _disturbed(tf.cast(pixels, tf.float32), 1.0, 1.0)
        both = tf.concat([first, _disturbed(first[:pairs], JITTER, NOISE)], 0)
        with tf.GradientTape() as tape:
            answers = network((both - 127.5) / 127.5, training=True)
            errors = _errors(wanted, answers[:BATCH])
            change = answers[:pairs, :2] - answers[BATCH:, :2]
            change = tf.reduce_sum(tf.square(change), axis=0) / PAIRS
            loss = tf.reduce_sum(errors) + care * tf.reduce_sum(STEADINESS * change)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return tf.concat([errors, change], 0)

    wanted = _wanted(pictures)
    order = np.random.default_rng(seed)
    for epoch in range(epochs):
        shuffled = order.permutation(len(wanted))[: len(wanted) // BATCH * BATCH]
        care = np.float32(max((epoch + 1) / epochs - LONE, 0) / (1 - LONE)) ** 2
        pairs = PAIRS if care else 0
        losses = [
            step(pictures.pixels[some], wanted[some], care, pairs).numpy()
            for some in shuffled.reshape(-1, BATCH)
        ]
        age, sex, traits, age_change, sex_change = np.mean(losses, axis=0)
        tick(
            f"epoch {epoch + 1} of {epochs}: age {age:.4f}, sex {sex:.4f}, traits {traits:.4f}, "
            f"change of age {age_change:.6f}, of sex {sex_change:.6f}"
        )
    return network


def _wanted(pictures: Pictures) -> NDArray[np.float32]:
    traits = (pictures.traits - pictures.traits.mean(axis=0)) / pictures.traits.std(axis=0)
    age = (pictures.ages - MEAN_AGE) / AGE_SPREAD
    return np.column_stack([age, pictures.male, traits]).astype(np.float32)


def _errors(wanted: Any, answers: Any) -> Any:
    """Squared error of age, cross entropy of smoothed sex, mean squared error of the traits."""
    import tensorflow as tf

    age = tf.reduce_mean(tf.square(answers[:, 0] - wanted[:, 0]))
    male = wanted[:, 1] * (1 - SMOOTHING) + SMOOTHING / 2
    sex = tf.nn.sigmoid_cross_entropy_with_logits(labels=male, logits=answers[:, 1])
    traits = tf.reduce_mean(tf.square(answers[:, 2:] - wanted[:, 2:]))
    return tf.stack([age, tf.reduce_mean(sex), traits])


def _disturbed(pixels: Any, amount: float, noise: float) -> Any:
    """Shift by up to 1.5 pixels and scale by up to 1.2 %, times `amount`, and add noise."""
    import tensorflow as tf

    count = tf.shape(pixels)[0]
    zoom = 1 + tf.random.uniform((count,), -0.012, 0.012) * amount
    zero, middle = tf.zeros_like(zoom), SIDE / 2
    across, down = (
        tf.random.uniform((count,), -1.5, 1.5) * amount + middle * (1 - zoom) for _ in range(2)
    )
    transforms = tf.stack([zoom, zero, across, zero, zoom, down, zero, zero], axis=1)
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=pixels,
        transforms=transforms,
        output_shape=[SIDE, SIDE],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return moved + tf.random.normal(tf.shape(pixels), stddev=noise)
