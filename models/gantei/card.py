"""Model cards: a manifest as a page for people, with nothing typed by hand.

`python -m gantei.card model_cards` writes the card of every estimator that comes with gantei.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from .catalogue import shipped
from .files import replacing
from .manifest import Fact, Manifest, Variant
from .variant_table import COST_HEADER, DRIFT_HEADER, cost_rows, drift_rows, variant_heading

RESEARCH_USE = (
    "Research use. Not an approved medical device; not for diagnosis.",
    "研究用です。承認された医療機器ではなく、診断に使えません。",
)
CARE = (
    "Photographs from care are special care-required personal information in Japan, and age and "
    "sex are sensitive attributes.",
    "The retina itself can identify a person; removing age and sex from a record does not remove "
    "them from the photograph.",
)


def card(manifest: Manifest) -> str:
    """Write an estimator's card in Markdown; `unknown` stands where nobody has said it."""
    parts = [f"# {manifest.name}", f"{manifest.title}  \n{manifest.title_ja}"]
    parts.append("  \n".join(f"**{sentence}**" for sentence in RESEARCH_USE))
    if manifest.notice:
        parts.append(f"**{manifest.notice}**  \n**{manifest.notice_ja}**")
    for heading, body in _sections(manifest):
        parts += [f"## {heading}", body]
    return "\n\n".join(parts) + "\n"


def _sections(manifest: Manifest) -> Iterable[tuple[str, str]]:
    source, use = manifest.source, manifest.use
    facts = manifest.facts()
    weights = manifest.weights
    yield (
        "Facts",
        _listing(
            ("task", manifest.task),
            ("architecture", manifest.architecture),
            ("weights sha256", weights.sha256 if weights else "not distributed with gantei"),
            ("publisher", source.publisher),
            ("page", source.page),
            ("released", source.released),
            ("developers", source.developers),
            ("funding", source.funding),
        ),
    )
    yield "Use", use.intended
    yield "Do not use", "\n\n".join((use.not_intended, *CARE))
    yield "Input and preprocessing", _facts(fact for fact in facts if fact.key.startswith("input."))
    yield "Output", _facts(fact for fact in facts if fact.key.startswith("output."))
    yield "Training data", _listing(("data", source.data), ("training set", source.training_set))
    yield "Evaluation", _evaluation(manifest)
    if manifest.variant:
        yield "Variant", _variant(manifest.variant)
    yield "Subgroups", "Not reported."
    yield "Known failures and risks", _risks(manifest)
    yield (
        "Reproduction",
        _listing(
            ("original file", source.original_file),
            ("its sha256", source.original_sha256),
            ("conversion", "versions and measured difference stand in provenance.json"),
        ),
    )
    yield "Maintenance", "Corrections to this card: in the manifest it is written from."
    yield (
        "References, licence, citation and acknowledgement",
        _listing(
            ("terms", source.terms),
            ("redistribution", source.redistribution),
            ("citation", source.citation),
            ("doi", source.doi),
            ("acknowledgement", source.acknowledgement),
        ),
    )


def _evaluation(manifest: Manifest) -> str:
    if not manifest.reported:
        return "Not reported."
    return _table(
        ("metric", "value", "data", "source"),
        [
            (figure.metric, f"{figure.value:g} {figure.unit}", figure.data, figure.source)
            for figure in manifest.reported
        ],
    )


def _variant(variant: Variant) -> str:
    return "\n\n".join(
        (
            variant_heading(variant) + ".",
            _table([name.lower() for name in DRIFT_HEADER], drift_rows(variant)),
            _table([name.lower() for name in COST_HEADER], cost_rows(variant)),
        )
    )


def _risks(manifest: Manifest) -> str:
    assumed = "; ".join(f"{fact.key} = {fact.text}" for fact in manifest.assumed())
    unsettled = ", ".join(fact.key for fact in manifest.unsettled())
    return _listing(
        ("assumed, and wrong values would change the numbers", assumed or "nothing"),
        ("unknown, and nothing is predicted before it is settled", unsettled or "nothing"),
        ("other cameras, populations and diseases", "not reported"),
    )


def _facts(facts: Iterable[Fact]) -> str:
    rows = [(fact.key, fact.text, fact.basis.origin, fact.basis.evidence) for fact in facts]
    return _table(("fact", "value", "basis", "evidence"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _listing(*rows: tuple[str, str]) -> str:
    return "\n".join(f"- {key}: {value}" for key, value in rows)


def main() -> None:
    """Write the cards of the catalogue into the folder that is named."""
    folder = Path(sys.argv[1])
    for entry in shipped():
        with replacing(folder / f"{entry.name}.md") as file:
            file.write(card(entry.manifest).encode())


if __name__ == "__main__":
    main()
