"""The windows of a Swin transformer: who looks at whom, from where (Liu et al. 2021).

A picture of `side` x `side` tokens is cut into windows of `window` x `window`; in every second
block the windows stand `shift` tokens further down and right, and those at the edges are filled
from the other edge, whose tokens they must not mix with.
"""

import numpy as np
from numpy.typing import NDArray

MASKED = -100.0
"""What timm adds to the attention between tokens that were not neighbours."""

Integers = NDArray[np.int64]


def order(side: int, window: int, shift: int) -> Integers:
    """Give the number in the picture (row by row) of each token, window after window.

    Returns:
        int64 (side * side,), a permutation.
    """
    tokens = np.arange(side * side, dtype=np.int64).reshape(side, side)
    return _windows(np.roll(tokens, (-shift, -shift), (0, 1)), window).reshape(-1)


def merged_order(side: int, window: int) -> Integers:
    """Give the tokens of each 2 x 2 square, the squares in the order of the next stage's windows.

    Within a square timm takes the left column first, each from above.

    Returns:
        int64 (side * side,), a permutation; `window` is that of the next stage.
    """
    tokens = np.arange(side * side, dtype=np.int64).reshape(side // 2, 2, side // 2, 2)
    squares = tokens.transpose(0, 2, 3, 1).reshape(-1, 4)
    return squares[order(side // 2, window, 0)].reshape(-1)


def positions(given: Integers, wanted: Integers) -> Integers:
    """Tell where in the order `given` each token of the order `wanted` stands."""
    places = np.empty_like(given)
    places[given] = np.arange(given.size, dtype=np.int64)
    return places[wanted]


def relative_position_index(window: int) -> Integers:
    """Give the row of the bias table for each pair of a window's tokens, int64 (n, n)."""
    rows, columns = (axis.reshape(-1) for axis in np.indices((window, window)))
    down = rows[:, None] - rows + window - 1
    right = columns[:, None] - columns + window - 1
    return (down * (2 * window - 1) + right).astype(np.int64)


def attention_mask(side: int, window: int, shift: int) -> NDArray[np.float32]:
    """Give what is added to the attention in shifted windows: 0, or -100 between strangers.

    Returns:
        float32 (windows, n, n), n tokens a window.
    """
    bands = np.zeros(side, np.int64)
    bands[-window:] = 1
    bands[-shift:] = 2
    regions = _windows(bands[:, None] * 3 + bands, window).reshape(-1, window * window)
    strangers = regions[:, :, None] != regions[:, None, :]
    return np.where(strangers, np.float32(MASKED), np.float32(0))


def _windows(picture: Integers, window: int) -> Integers:
    side = picture.shape[0] // window
    return picture.reshape(side, window, side, window).transpose(0, 2, 1, 3)
