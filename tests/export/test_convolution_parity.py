"""Windows of every kind stand where TensorFlow puts them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from .keras_models import largest_difference

pytestmark = pytest.mark.reference
keras = pytest.importorskip("tf_keras")

small = st.integers(1, 4)
padding = st.tuples(*[st.integers(0, 3)] * 4)
few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check(tmp_path, answers, height, width, layers):
    """Compare a chain of layers on a random picture, every value of the last one."""
    picture = keras.Input((height, width, 3))
    x = picture
    for layer in layers:
        try:
            x = layer(x)
        except ValueError:
            assume(False)  # the window is larger than the picture, says Keras
    assume(0 not in x.shape)
    model = keras.Model(picture, keras.layers.Flatten()(x))
    values = np.random.default_rng(0).normal(size=(2, height, width, 3)).astype(np.float32)
    difference, _ = largest_difference(model, tmp_path, values, answers)
    assert difference < 1e-5
    keras.backend.clear_session()


@st.composite
def strided(draw):
    """Strides and dilations: TensorFlow takes only one of the two."""
    if draw(st.booleans()):
        return {"strides": draw(st.integers(1, 3))}
    return {"dilation_rate": draw(st.integers(1, 3))}


@few
@given(
    height=st.integers(1, 13),
    width=st.integers(1, 13),
    pads=padding,
    kernel=st.tuples(small, small),
    mode=st.sampled_from(["valid", "same"]),
    options=strided(),
    kind=st.sampled_from(["Conv2D", "DepthwiseConv2D", "SeparableConv2D"]),
    multiplier=st.integers(1, 2),
)
def test_padding_and_convolution_agree(
    tmp_path, answers, height, width, pads, kernel, mode, options, kind, multiplier
):
    top, bottom, left, right = pads
    layers = [keras.layers.ZeroPadding2D(((top, bottom), (left, right)))] if any(pads) else []
    if kind != "DepthwiseConv2D":
        options = {"filters": 5, **options}
    if kind != "Conv2D":
        options = {"depth_multiplier": multiplier, **options}
    layer = getattr(keras.layers, kind)
    layers.append(layer(kernel_size=kernel, padding=mode, bias_initializer="ones", **options))
    check(tmp_path, answers, height, width, layers)


@few
@given(
    height=st.integers(1, 13),
    width=st.integers(1, 13),
    size=st.tuples(small, small),
    strides=st.none() | st.tuples(small, small),
    mode=st.sampled_from(["valid", "same"]),
    kind=st.sampled_from(["MaxPooling2D", "AveragePooling2D"]),
    padded=st.booleans(),
)
def test_pooling_agrees(tmp_path, answers, height, width, size, strides, mode, kind, padded):
    smaller = strides and (size[0] < strides[0] or size[1] < strides[1])
    assume(not (padded and mode == "same" and smaller))  # refused
    layers = [keras.layers.ZeroPadding2D(1)] if padded else []
    layers.append(getattr(keras.layers, kind)(size, strides, mode))
    check(tmp_path, answers, height, width, layers)
