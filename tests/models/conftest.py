"""Pictures to test with: drawn, never read from outside."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from .below_address import place  # noqa: F401 - a fixture
from .helper_jobs import jobs  # noqa: F401 - a fixture
from .hub import hub  # noqa: F401 - a fixture of every test here
from .pictures import FILES
from .playing import playing  # noqa: F401 - a fixture
from .settled import settled  # noqa: F401 - a fixture

Draw = Callable[..., Image.Image]
Encode = Callable[..., bytes]


def _fundus(
    width: int = 240,
    height: int = 180,
    centre: tuple[float, float] | None = None,
    radius: float | None = None,
    noise: float = 3.0,
) -> Image.Image:
    """A reddish disc, darker towards its rim, a bright spot left of its middle, on black."""
    x0, y0 = centre or (width / 2, height / 2)
    radius = radius or 0.45 * min(width, height)
    y, x = np.mgrid[:height, :width] + 0.5
    away = np.hypot(x - x0, y - y0) / radius
    spot = np.exp(-((x - x0 + 0.5 * radius) ** 2 + (y - y0) ** 2) / (0.15 * radius) ** 2)
    light = np.clip(1 - 0.5 * away**2, 0, 1) * (away < 1)
    colour = np.stack([210 * light, (120 + 90 * spot) * light, (50 + 80 * spot) * light], axis=-1)
    grain = np.random.default_rng(7).normal(0, noise, colour.shape)
    return Image.fromarray(np.clip(colour + grain, 0, 255).astype(np.uint8))


def _encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.fixture(scope="session")
def draw() -> Draw:
    """`draw(width, height, centre, radius, noise)`: a fundus-like RGB image."""
    return _fundus


@pytest.fixture(scope="session")
def fundus() -> Image.Image:
    """One such image, 240 x 180."""
    return _fundus()


@pytest.fixture(scope="session")
def encoded() -> Encode:
    """`encoded(image, format, **options)`: the bytes of the file that Pillow writes."""
    return _encoded


@pytest.fixture(scope="session")
def files(fundus: Image.Image) -> dict[str, bytes]:
    """That image in every kind of file."""
    return {name: _encoded(fundus, format, **options) for name, (format, options) in FILES.items()}
