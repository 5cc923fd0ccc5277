"""How to cite the software and the estimators of a report."""

from collections.abc import Iterable, Iterator

from ..labels.estimated_output import EstimatedOutput
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


def citing(outputs: Iterable[EstimatedOutput]) -> Html:
    """Write what to cite, and whom to thank."""
    parts = [_of(software())]
    for name, output in {published_name(each): each for each in outputs}.items():
        manifest = known_manifest(output)
        parts.append(_of(reference(manifest)) if manifest else _line(name, _NOT_HERE))
    return "".join(parts)


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
