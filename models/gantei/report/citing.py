"""How to cite the software and the estimators of a report."""

from collections.abc import Iterator

from ..evaluation.evaluation import Evaluation
from ..manifests.citation import Reference, reference, software
from ..manifests.fields import UNKNOWN
from .bilingual import Bilingual
from .html_parts import Html, both, text
from .known_manifest import known_manifest, published_name

_NOT_HERE = (
    "This estimator is not installed here: gantei cite, where it is, says how to cite it.",
    "この推定器はここにはありません。ある環境で gantei cite を実行すると引用方法が分かります。",
)
_NOT_KNOWN = (
    "How its publisher wants it cited is not known.",
    "公開元の指定する引用方法は分かっていません。",
)
_REPORTING = (
    "Reporting: TRIPOD+AI, doi 10.1136/bmj-2023-078378; checklist.csv says what of it is answered "
    "here.",
    "報告の指針：TRIPOD+AI、doi 10.1136/bmj-2023-078378。この中で答えている項目は checklist.csv に"
    "あります。",
)


def citing(evaluation: Evaluation) -> Html:
    """Write what to cite, and whom to thank."""
    parts = [_of(software())]
    for name, output in {published_name(each): each for each in evaluation.outputs}.items():
        manifest = known_manifest(output)
        parts.append(_of(reference(manifest)) if manifest else _line(name, _NOT_HERE))
    return "".join(parts) + f"<p>{both(_REPORTING)}</p>\n"


def _of(known: Reference) -> Html:
    said = "".join(f"<dd>{each}</dd>" for each in _said(known))
    return f"<dl><dt>{text(known.of)}</dt>{said}</dl>\n"


def _said(known: Reference) -> Iterator[Html]:
    yield both(_NOT_KNOWN) if known.citation == UNKNOWN else text(known.citation)
    if known.doi not in ("", UNKNOWN) and known.doi not in known.citation:
        yield f"doi: {text(known.doi)}"
    if known.thanks:
        yield both((known.thanks, known.thanks_ja))


def _line(name: str, said: Bilingual) -> Html:
    return f"<dl><dt>{text(name)}</dt><dd>{both(said)}</dd></dl>\n"
