"""How every figure looks: print size, readable in black and white, and the same bytes each time.

Colours are never alone: lines differ in their dashes, points in their shape, areas in their hatch.
"""

import io
import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from ..terminal.text_table import visible
from .quiet_matplotlib import quiet_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

SINGLE, DOUBLE = 85.0, 174.0
"""Millimetres: the width of one column of a printed page, and of two."""
DPI = 300
LEGEND_LINE = 3.1
"""Millimetres: 6.5 points, and what is between lines."""
INCH = 25.4
"""Millimetres."""
BLACK, BLUE, ORANGE, GREEN, SKY, PURPLE = (
    "#000000", "#0072b2", "#d55e00", "#009e73", "#56b4e9", "#aa4499"
)  # fmt: skip
"""Told apart by the colour-blind, and light or dark in grey (Okabe and Ito; the last is Tol's)."""
GREY, PALE = "#5f5f66", "#d9d9de"
COLOURS = (BLUE, ORANGE, BLACK, GREEN, PURPLE, SKY)
DASHES: tuple[Any, ...] = (
    "-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (9, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P")
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
JAPANESE = ("Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "IPAexGothic", "MS Gothic")
"""Fonts for names in Japanese, where the machine has one; the rest is in matplotlib's own."""
MOST_LETTERS = 36
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LineKind = Literal["truth", "middle", "fit", "limit", "expected"]
LINES: dict[LineKind, dict[str, Any]] = {
    "truth": {"color": GREY, "linewidth": 0.8, "linestyle": "-"},
    "fit": {"color": ORANGE, "linewidth": 1.5, "linestyle": (0, (7, 1.6))},
    "middle": {"color": BLUE, "linewidth": 1.1, "linestyle": (0, (6, 1.5, 1.2, 1.5))},
    "limit": {"color": GREY, "linewidth": 0.8, "linestyle": (0, (4, 2))},
    "expected": {"color": BLACK, "linewidth": 1.2, "linestyle": (0, (1.2, 1.2))},
}
"""What each kind of straight line looks like in every figure."""


@dataclass(frozen=True)
class DrawnFigure:
    """A figure at print size.

    Attributes:
        svg: its text stays text; no date, no reference to anything outside.
        png: 300 dots per inch.
        width, height: millimetres.
        alt: what it shows, in a sentence.
        lacks_letters: whether the PNG has boxes for letters, of a name in Japanese say, that no
            font of this machine has; the SVG has them as text.
    """

    svg: bytes
    png: bytes
    width: float
    height: float
    alt: str
    lacks_letters: bool = False


class Drawing:
    """A figure while it is drawn: `axes` to draw on, then `done`."""

    def __init__(self, canvas: "Canvas", axes: "Axes", alt: str) -> None:
        self.canvas, self.axes, self.alt = canvas, axes, alt

    def done(self) -> DrawnFigure:
        """Write it, the same bytes from the same data."""
        width, height = (side * INCH for side in self.canvas.get_size_inches())
        svg, png = io.BytesIO(), io.BytesIO()
        with warnings.catch_warnings(record=True) as complaints:
            warnings.filterwarnings("always", r"Glyph \d+ .* missing from font", UserWarning)
            self.canvas.draw_without_rendering()  # laid out once, for both
            self.canvas.set_layout_engine("none")
            self.canvas.savefig(
                svg, format="svg", dpi=DPI, metadata={"Date": None, "Creator": None, "Format": None}
            )
            self.canvas.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        lacks = any("missing from font" in str(each.message) for each in complaints)
        return DrawnFigure(svg.getvalue(), png.getvalue(), width, height, self.alt, lacks)


@contextmanager
def drawing(
    alt: str, width: float = SINGLE, height: float = SINGLE, *, whole: bool = False
) -> Iterator[Drawing]:
    """Begin a figure of one pair of axes; what is drawn in the block has our style.

    Args:
        alt: what it shows, in a sentence, for who does not see it.
        width: millimetres.
        height: millimetres.
        whole: the axes take up all of it, and have no ticks or names of their own.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    matplotlib = quiet_matplotlib()
    # The caller's own settings, and those of a matplotlibrc, come back at the end.
    with matplotlib.rc_context():
        matplotlib.rcParams.update(_without_backend(matplotlib.rcParamsDefault))
        matplotlib.rcParams.update(_settings(matplotlib))
        layout = "none" if whole else "constrained"
        canvas = matplotlib.figure.Figure((width / INCH, height / INCH), DPI, layout=layout)
        if whole:
            canvas.subplots_adjust(0, 0, 1, 1)
        yield Drawing(canvas, canvas.subplots(), alt)


def label(text: str, most: int = MOST_LETTERS) -> str:
    """Give a stranger's text as it may stand in a figure: one line, no longer than `most`."""
    line = visible(" ".join(text.split())).encode("utf-8", "replace").decode()
    line = line.replace("\ufffe", "�").replace("\uffff", "�")
    return line if len(line) <= most else f"{line[: most - 1]}…"


def with_unit(name: str, unit: str) -> str:
    """Name an axis, with the unit where there is one.

    >>> from gantei.plots.style import with_unit
    >>> with_unit("real age", "years"), with_unit("cup-to-disc ratio", "unknown")
    ('real age, years', 'cup-to-disc ratio')
    """
    return label(f"{name}, {unit}" if unit not in ("", "unknown") else name, 60)


def decimals(span: float) -> int:
    """Give how many decimals numbers need that lie within such a span."""
    return 1 if span >= 20 else 2 if span >= 2 else 3


def signed(value: float, digits: int = 2, *, plus: bool = True) -> str:
    """Write a number with its sign, a minus as wide as a plus.

    >>> from gantei.plots.style import signed
    >>> signed(-0.341), signed(2.0, 1)
    ('−0.34', '+2.0')
    """
    text = f"{value:+.{digits}f}" if plus else f"{value:.{digits}f}"
    return text.replace("-", "−")


def frame(axes: "Axes", x: str, y: str) -> None:
    """Name the axes, and leave out what encloses nothing."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)


def powers_of_ten(values: Iterable[float]) -> list[str]:
    """Write ticks of a logarithmic axis, whose own writer would need TeX's language.

    >>> from gantei.plots.style import powers_of_ten
    >>> powers_of_ten([0.001, 1.0, 1e6])
    ['10⁻³', '1', '10⁶']
    """
    exponents = (round(math.log10(value)) for value in values)
    return ["1" if not each else f"10{str(each).translate(_RAISED)}" for each in exponents]


def legend_below(axes: "Axes", columns: int = 1) -> None:
    """Explain lines and points under the figure, where nothing can be covered.

    From the third line on the figure grows, so that the axes, and what names them, keep their room.
    """
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    canvas = cast("Canvas", axes.figure)
    canvas.legend(handles, labels, loc="outside lower center", ncols=columns)
    more = max(math.ceil(len(labels) / columns) - 2, 0)
    width, height = canvas.get_size_inches()
    canvas.set_size_inches(width, height + more * LEGEND_LINE / INCH)


def _without_backend(settings: Any) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if not key.startswith("backend")}


def _settings(matplotlib: Any) -> dict[str, Any]:
    known = {font.name for font in matplotlib.font_manager.fontManager.ttflist}
    return {
        "font.family": ["DejaVu Sans", *(name for name in JAPANESE if name in known)],
        "font.size": 7,
        "axes.labelsize": 7,
        "axes.titlesize": 8,
        "xtick.labelsize": 7,
        "ytick.labelsize": 7,
        "legend.fontsize": 6.5,
        "legend.frameon": False,
        "legend.handlelength": 2.6,
        "legend.borderpad": 0.1,
        "legend.labelspacing": 0.35,
        "axes.linewidth": 0.6,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "hatch.linewidth": 0.5,
        "patch.linewidth": 0.8,
        "lines.linewidth": 1.2,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.fonttype": "none",
        "svg.hashsalt": "gantei",
        "text.usetex": False,
        "text.parse_math": False,
        "axes.formatter.use_mathtext": False,
        "axes.unicode_minus": True,
    }
