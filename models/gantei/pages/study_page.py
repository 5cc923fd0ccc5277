"""The page of a report: what was found first, then everything behind it."""

from collections.abc import Iterable, Sequence

from .bilingual import Bilingual
from .citing import citing
from .html_page import html_page
from .html_parts import Html, below, both, bullets, image, section, table, text
from .study_report import ReportFigure, StudyReport

LARGEST_PAGE = 3_000_000
"""Bytes: a page that can be sent by mail. Figures that do not fit stand in the folder alone."""
FIGURES = "figures"
"""The folder with the figures, beside the page."""
_ROOM_FOR_TEXT = 400_000
_SUMMARY_JA = "要約"
_METHODS = ("Methods", "方法")
_CITE = ("How to cite", "引用")
_FILES = ("Files", "ファイル")
_FILES_HEAD = (("what", "種類"), ("file", "ファイル"), ("sha256", "SHA-256"))
_WEIGHTS: Bilingual = ("weights", "重み")
_ROLES: dict[str, Bilingual] = {
    "results": ("results", "推定結果"),
    "labels": ("labels", "ラベル"),
    "weights": _WEIGHTS,
}
_BESIDE_HEAD = (("beside this page", "同じフォルダーのファイル"), ("what it is", "内容"))
_OF_EVERY_REPORT: tuple[tuple[str, Bilingual], ...] = (
    ("report.json", ("the figures, for programs", "数値（プログラム用）")),
    ("methods.md", ("a paragraph to print", "論文用の文")),
    ("dictionary.csv", ("what the columns of the tables mean", "表の列の説明")),
)
_NOT_SHOWN = (
    "Left out here to keep the page small; it is in the folder of figures.",
    "ページを小さく保つため省きました。図のフォルダーにあります。",
)
_LACKS_LETTERS = (
    "The PNG has boxes for letters that no font of the machine has; the SVG has them as text.",
    "PNG では、フォントがない文字が四角になっています。SVG には文字として入っています。",
)


def study_page(report: StudyReport) -> bytes:
    """Write the page of a report; it loads nothing."""
    shown = fitting(report.figures)
    parts = [
        section(each.anchor, each.title, figure_grid(each.figures, shown) + each.body)
        for each in report.sections
    ]
    parts += [
        section("methods", _METHODS, below(report.methods)),
        section("cite", _CITE, citing(report.outputs)),
        section("files", _FILES, _files(report)),
    ]
    return html_page(
        f"{report.title[0]} (gantei {report.command})",
        report.command,
        _header(report) + _contents(report) + "".join(parts),
    )


def figure_grid(figures: Sequence[ReportFigure], shown: frozenset[str]) -> Html:
    """Lay figures out beside each other; what is not `shown` is linked to alone."""
    if not figures:
        return ""
    return f'<div class="figures">{"".join(_figure(each, shown) for each in figures)}</div>\n'


def _figure(placed: ReportFigure, shown: frozenset[str]) -> Html:
    drawn = image(placed.figure) if placed.kind in shown else f"<p>{both(_NOT_SHOWN)}</p>"
    lacking = f"<br>{both(_LACKS_LETTERS)}" if placed.figure.lacks_letters else ""
    files = " · ".join(
        f'<a href="{FIGURES}/{placed.kind}.{kind}">{kind.upper()}</a>' for kind in ("svg", "png")
    )
    wide = ' class="forest"' if placed.wide else ""
    return (
        f"<figure{wide}>{drawn}<figcaption>{both(placed.caption)} <small>{files}</small>"
        f"{lacking}</figcaption></figure>\n"
    )


def fitting(figures: Iterable[ReportFigure]) -> frozenset[str]:
    """Choose the figures that fit on a page, in their order."""
    room = LARGEST_PAGE - _ROOM_FOR_TEXT
    kinds: list[str] = []
    for each in figures:
        room -= 4 * -(-len(each.figure.svg) // 3) + 1_000
        if room < 0:
            break
        kinds.append(each.kind)
    return frozenset(kinds)


def _header(report: StudyReport) -> Html:
    """Write what was found, and what to know, in English, then in Japanese."""
    english, japanese = (
        f"<p>{text(report.lead[place])}</p>\n{_found(report, place)}" for place in (0, 1)
    )
    return (
        f"<header><h1>{both(report.title)}</h1>\n{english}"
        f'<section lang="ja" id="summary-ja"><h2>{_SUMMARY_JA}</h2>\n{japanese}</section>'
        "</header>\n"
    )


def _found(report: StudyReport, place: int) -> Html:
    said = "".join(f"<p>{text(each[place])}</p>" for each in report.found)
    notes = bullets(text(each[place]) for each in report.cautions) if report.cautions else ""
    return f'<div class="found">{said}{notes}</div>\n'


def _contents(report: StudyReport) -> Html:
    links = [(each.anchor, each.title) for each in report.sections]
    links += [("methods", _METHODS), ("cite", _CITE), ("files", _FILES)]
    return "<nav>" + "".join(f'<a href="#{to}">{both(name)}</a>' for to, name in links) + "</nav>\n"


def _files(report: StudyReport) -> Html:
    rows = [
        [both(_ROLES.get(each.role, (each.role, each.role))), text(each.name),
         f"<code>{each.sha256}</code>"]
        for each in report.files
    ]  # fmt: skip
    rows += [
        [text(output.key), both(_WEIGHTS), f"<code>{text(output.weights_sha256)}</code>"]
        for output in report.outputs
    ]
    beside: list[tuple[str, Bilingual]] = [(each.name, each.what) for each in report.tables]
    beside += _OF_EVERY_REPORT
    if not report.tables:
        beside.pop()
    read = table([both(each) for each in _FILES_HEAD], rows)
    written = table(
        [both(each) for each in _BESIDE_HEAD],
        [[f"<code>{text(name)}</code>", both(what)] for name, what in beside],
    )
    return f'<div class="text">{read}{written}</div>'
