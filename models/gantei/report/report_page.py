"""The report's page: what was found first, then everything behind it; it loads nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..evaluation.evaluation import Evaluation
from ..labels.estimated_output import EstimatedOutput
from ..pages.bilingual import Bilingual, in_both, name_of
from ..pages.citing import citing
from ..pages.html_page import html_page
from ..pages.html_parts import Html, below, both, bullets, section, table, text
from ..pages.study_page import figure_grid, fitting
from ..pages.study_report import ReportFigure
from . import page_words as words
from .cautions import Caution, cautions
from .figure_tables import (
    class_table,
    comparison_table,
    decade_table,
    figure_table,
    group_tables,
    reported_table,
)
from .headlines import headline
from .level_words import level_of
from .methods_text import methods
from .participants import excluded_tables, findings_table, flow_html, people_table


@dataclass(frozen=True)
class FiguresOfOutput:
    """Figures of one output, whose kinds are no other output's."""

    figures: Sequence[ReportFigure]
    forests: Sequence[ReportFigure]


def report_page(evaluation: Evaluation, drawn: Mapping[str, FiguresOfOutput]) -> bytes:
    """Write the page.

    Args:
        evaluation: what was found.
        drawn: figures by key of the output.
    """
    shown = fitting(
        each for output in drawn.values() for each in (*output.figures, *output.forests)
    )
    every = cautions(evaluation)
    parts = [
        _header(evaluation, every),
        _contents(evaluation),
        section("participants", words.PARTICIPANTS,
                flow_html(evaluation) + people_table(evaluation)),
        *(
            _output(evaluation, output, place, drawn[output.key], shown)
            for place, output in enumerate(evaluation.outputs, 1)
        ),
        section("left-out", words.LEFT_OUT, _left_out(evaluation)),
        _sample_sizes(evaluation),
        section("limits", words.LIMITS, bullets(both(each) for each in words.CANNOT_SAY)),
        section("methods", words.METHODS, below(methods(evaluation))),
        section("cite", words.CITE,
                f"{citing(evaluation.outputs)}<p>{both(words.REPORTING)}</p>\n"),
        section("files", words.FILES, _files(evaluation)),
    ]  # fmt: skip
    return html_page(words.TITLE[0], "evaluate", "".join(parts))


def _header(evaluation: Evaluation, every: Sequence[Caution]) -> Html:
    """Write what was found, in English, then in Japanese."""
    english = "".join(_found(evaluation, output, every, 0) for output in evaluation.outputs)
    japanese = "".join(_found(evaluation, output, every, 1) for output in evaluation.outputs)
    general = list(dict.fromkeys(each.text for each in every if not each.key))
    notes = [bullets(text(each[place]) for each in general) if general else "" for place in (0, 1)]
    level = level_of(evaluation, evaluation.main_level)
    return (
        f"<header><h1>{both(words.TITLE)}</h1>\n"
        f"<p>{text(words.LEAD[0].format(level=level[0]))}</p>\n{english}{notes[0]}"
        f'<section lang="ja" id="summary-ja"><h2>{words.SUMMARY_JA}</h2>\n'
        f"<p>{text(words.LEAD[1].format(level=level[1]))}</p>\n{japanese}{notes[1]}</section>"
        "</header>\n"
    )


def _found(
    evaluation: Evaluation, output: EstimatedOutput, every: Sequence[Caution], place: int
) -> Html:
    own = [text(each.text[place]) for each in every if each.key == output.key]
    notes = bullets(own) if own else ""
    name = name_of(output)[place]
    return (
        f'<div class="found"><h3>{text(name)} <small><code>{text(output.key)}</code></small></h3>'
        f"<p>{text(headline(evaluation, output)[place])}</p>{notes}</div>\n"
    )


def _contents(evaluation: Evaluation) -> Html:
    links = [("participants", both(words.PARTICIPANTS))]
    links += [
        (f"output-{place}", text(output.key)) for place, output in enumerate(evaluation.outputs, 1)
    ]
    links += [
        (anchor, both(title))
        for anchor, title in words.LAST_SECTIONS
        if anchor != "sample-size" or evaluation.sample_sizes
    ]
    return "<nav>" + "".join(f'<a href="#{to}">{name}</a>' for to, name in links) + "</nav>\n"


def _output(
    evaluation: Evaluation,
    output: EstimatedOutput,
    place: int,
    drawn: FiguresOfOutput,
    shown: frozenset[str],
) -> Html:
    figures = figure_grid(drawn.figures, shown)
    parts = [
        below(headline(evaluation, output)),
        _titled(
            words.FIGURES,
            figures
            + below(
                words.points_of_figures(
                    evaluation.level_of(output.key), visits=evaluation.has_visits
                )
            ),
        ),
        _titled(words.TABLE, figure_table(evaluation, output) + class_table(evaluation, output)),
        _titled(words.DECADES, decade_table(evaluation, output)),
        _titled(words.REPORTED, reported_table(evaluation, output)),
        _titled(words.GROUPS, figure_grid(drawn.forests, shown) + group_tables(evaluation, output)),
        _titled(words.COMPARED, comparison_table(evaluation, output)),
    ]
    name = name_of(output)
    title: Bilingual = (f"{output.key}: {name[0]}", name[1])
    return section(f"output-{place}", title, "".join(parts))


def _titled(title: Bilingual, body: Html) -> Html:
    return f"<h3>{both(title)}</h3>\n{body}" if body else ""


def _left_out(evaluation: Evaluation) -> Html:
    listed = below(words.LISTED) if evaluation.lists_excluded else ""
    found = findings_table(evaluation)
    return excluded_tables(evaluation) + listed + (below(words.COUNTED) + found if found else "")


def _sample_sizes(evaluation: Evaluation) -> Html:
    if not evaluation.sample_sizes:
        return ""
    rows = words.sample_size_rows(evaluation.sample_sizes)
    head = [both(each) for each in words.SAMPLE_SIZE_HEAD]
    cells = [[text(cell) for cell in row] for row in rows]
    return section("sample-size", words.SAMPLE_SIZE, table(head, cells, stacked=True))


def _beside(evaluation: Evaluation) -> Bilingual:
    excluded = words.AND_EXCLUDED if evaluation.lists_excluded else ("", "")
    return in_both(*words.BESIDE, excluded=excluded)


def _files(evaluation: Evaluation) -> Html:
    rows = [[text(each.role), text(each.name), f"<code>{each.sha256}</code>"]
            for each in evaluation.files]  # fmt: skip
    rows += [
        [text(output.key), both(words.WEIGHTS), f"<code>{text(output.weights_sha256)}</code>"]
        for output in evaluation.outputs
    ]
    head = [both(each) for each in words.FILES_HEAD]
    return f'<div class="text">{table(head, rows)}</div>{below(_beside(evaluation))}'
