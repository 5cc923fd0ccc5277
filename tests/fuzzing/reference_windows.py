"""Convolutions, poolings and padding, for `reference`."""

import numpy as np

from .reference_layers import LINEAR, Unjudged, Unknown, knows, needs, plus_bias


def _pair(value):
    both = list(value) if isinstance(value, list | tuple) else [value, value]
    if len(both) != 2 or not all(type(one) is int and 0 < one < 1 << 20 for one in both):
        raise Unknown(f"{value!r} is no pair")
    return both


def _windows(x, size, o, fill):
    """Yield (position, strided view) for each place of a window, as TensorFlow pads."""
    strides, steps = _pair(o.strides), _pair(getattr(o, "dilation_rate", 1))
    if o.padding not in ("valid", "same") or x.ndim != 4:
        raise Unknown(f"padding {o.padding!r}")
    pads, counts = [(0, 0)], []
    for side, window, stride, step in zip(x.shape[1:3], size, strides, steps, strict=True):
        reach = (window - 1) * step + 1
        count = -(-side // stride) if o.padding == "same" else (side - reach) // stride + 1
        pad = max((count - 1) * stride + reach - side, 0) if o.padding == "same" else 0
        pads.append((pad // 2, pad - pad // 2))
        counts.append(count)
    if min(counts) < 1:
        raise Unknown("an empty result")
    if max(size) > 64 or max(pads) > (64, 64):
        raise Unjudged("a large window")
    x = np.pad(x, [*pads, (0, 0)], constant_values=fill)
    for row in range(size[0]):
        for column in range(size[1]):
            rows = row * steps[0] + np.arange(counts[0]) * strides[0]
            columns = column * steps[1] + np.arange(counts[1]) * strides[1]
            yield (row, column), x[:, rows][:, :, columns]


def _convolve(x, kernel, o, groups=1):
    total = 0
    for place, view in _windows(x, kernel.shape[:2], o, 0):
        inputs = np.split(view, groups, axis=-1)
        filters = np.split(kernel[place], groups, axis=-1)
        parts = [part @ matrix for part, matrix in zip(inputs, filters, strict=True)]
        total = total + np.concatenate(parts, axis=-1)
    return total


_WINDOW = {"strides": [1, 1], "padding": "valid", "data_format": "channels_last"}
_CONV = _WINDOW | LINEAR | {"dilation_rate": [1, 1], "groups": 1, "kernel_size": None}


@knows("Conv2D", "Convolution2D", weights=("kernel", "bias"), filters=None, **_CONV)
def _conv2d(o, arrays, x):
    if type(o.groups) is not int or type(o.filters) is not int:
        raise Unknown("groups or filters")
    needs(arrays[0], *_pair(o.kernel_size), x.shape[-1] // o.groups, o.filters)
    return plus_bias(_convolve(x, arrays[0], o, o.groups), o, arrays)


def _depthwise(o, kernel, x):
    channels = x.shape[-1]
    if type(o.depth_multiplier) is not int or o.groups != 1:
        raise Unknown("depth_multiplier or groups")
    needs(kernel, *_pair(o.kernel_size), channels, o.depth_multiplier)
    total = 0
    for place, view in _windows(x, kernel.shape[:2], o, 0):
        total = total + view[..., None] * kernel[place]
    return total.reshape(*total.shape[:3], -1)


@knows("DepthwiseConv2D", weights=("depthwise_kernel", "bias"), depth_multiplier=1, **_CONV)
def _depthwise_conv2d(o, arrays, x):
    return plus_bias(_depthwise(o, arrays[0], x), o, arrays)


@knows(
    "SeparableConv2D",
    weights=("depthwise_kernel", "pointwise_kernel", "bias"),
    depth_multiplier=1,
    filters=None,
    **_CONV,
)
def _separable_conv2d(o, arrays, x):
    y = _depthwise(o, arrays[0], x)
    needs(arrays[1], 1, 1, y.shape[-1], o.filters)
    return plus_bias(y @ arrays[1][0, 0], o, arrays)


@knows("MaxPooling2D", "MaxPool2D", pool_size=[2, 2], **_WINDOW | {"strides": None})
def _max_pooling(o, arrays, x):
    o.strides = o.strides if o.strides is not None else o.pool_size
    views = [view for _, view in _windows(x, _pair(o.pool_size), o, -np.inf)]
    return np.max(views, axis=0)


@knows("AveragePooling2D", "AvgPool2D", pool_size=[2, 2], **_WINDOW | {"strides": None})
def _average_pooling(o, arrays, x):
    o.strides = o.strides if o.strides is not None else o.pool_size
    views = [view for _, view in _windows(x, _pair(o.pool_size), o, np.nan)]
    return np.nanmean(views, axis=0)


_WHOLE = {"data_format": "channels_last", "keepdims": False}


@knows("GlobalAveragePooling2D", "GlobalAvgPool2D", **_WHOLE)
def _global_average(o, arrays, x):
    return _over_picture(np.mean, o, x)


@knows("GlobalMaxPooling2D", "GlobalMaxPool2D", **_WHOLE)
def _global_max(o, arrays, x):
    return _over_picture(np.max, o, x)


def _over_picture(function, o, x):
    if x.ndim != 4:
        raise Unknown("no picture")
    return function(x, axis=(1, 2), keepdims=o.keepdims)


@knows("ZeroPadding2D", padding=[[1, 1], [1, 1]], data_format="channels_last")
def _zero_padding(o, arrays, x):
    rows, columns = o.padding if isinstance(o.padding, list) else (o.padding, o.padding)
    sides = [one if isinstance(one, list) else [one, one] for one in (rows, columns)]
    if x.ndim != 4 or any(type(one) is not int or one < 0 for side in sides for one in side):
        raise Unknown("padding")
    if max(map(max, sides)) > 64:
        raise Unjudged("large padding")
    return np.pad(x, [(0, 0), *map(tuple, sides), (0, 0)])
