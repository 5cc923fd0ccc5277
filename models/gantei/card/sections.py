"""The twelve sections of a card, from manifest, `provenance.json` and `measured.json` alone."""

from collections.abc import Sequence

from ..manifests.fields import UNKNOWN
from ..manifests.manifest import Binary, Categorical, Fact, Manifest, Regression, Variant
from .adapted_from import adapted_rows
from .document import HEADINGS, Block, FactList, Paragraph, Section, Subheading, Table
from .measured_here import MeasuredHere, measured_blocks
from .provenance import Provenance
from .published import published
from .reproduction import reproduction
from .variant_table import (
    COST_HEADER,
    DRIFT_HEADER,
    cost_rows,
    decoding_heading,
    drift_rows,
    variant_heading,
)

STATUS = "research use; not a medical device"
CARE = (
    "Photographs from care are special care-required personal information in Japan. Age and sex "
    "are sensitive attributes: not to identify a person or verify an identity, infer gender "
    "identity, or decide on access to care, work or insurance.",
    "The retina itself can identify a person; removing age and sex from a record does not remove "
    "them from the photograph.",
)
NOT_DISTRIBUTED = "not distributed with gantei: import the publisher's file"
AGE_GAP = (
    "estimated ages lean towards the middle of the ages in training, so a gap between estimated "
    "and true age changes with age and must be corrected for it"
)


def sections(
    manifest: Manifest, provenance: Provenance | None, measured: Sequence[MeasuredHere] = ()
) -> tuple[Section, ...]:
    """Write all of them, in their order."""
    bodies: tuple[tuple[Block, ...], ...] = (
        _facts(manifest),
        _use(manifest),
        _do_not_use(manifest),
        (_fact_table(manifest, "input."), *_decoding(manifest)),
        _output(manifest),
        _training(manifest),
        _evaluation(manifest, measured),
        (FactList((("performance in subgroups", manifest.evaluation.subgroups),)),),
        _risks(manifest),
        reproduction(manifest, provenance),
        _maintenance(manifest),
        _references(manifest),
    )
    return tuple(Section(*each) for each in zip(HEADINGS, bodies, strict=True))


def value_text(manifest: Manifest) -> str:
    """Say what the estimator gives: `age, in years`; `the probability of male, 0 to 1`."""
    texts = []
    for name, output in manifest.output.items():
        match output:
            case Regression(unit=unit):
                texts.append(f"{name}, in {unit}" if unit != UNKNOWN else f"{name}, unit unknown")
            case Binary(positive=positive):
                of = positive if positive != UNKNOWN else "one of two labels; which is unknown"
                texts.append(f"{name}: the probability of {of}, 0 to 1")
            case Categorical():
                texts.append(f"{name}: a probability for each class, 0 to 1")
    return "; ".join(texts)


def _facts(manifest: Manifest) -> tuple[Block, ...]:
    source, weights, size = manifest.source, manifest.weights, manifest.input.size
    pixels = UNKNOWN if isinstance(size, str) else f"{size[0]} × {size[1]} pixels"
    return (
        FactList(
            (
                ("output", value_text(manifest)),
                ("input", f"one colour photograph of the fundus; what the network sees: {pixels}"),
                ("architecture", _with_basis(manifest, "architecture", manifest.architecture)),
                ("version", f"unknown; released: {source.released}"),
                ("weights sha256", weights.sha256 if weights else NOT_DISTRIBUTED),
                ("weights size", f"{weights.bytes} bytes" if weights else NOT_DISTRIBUTED),
                ("status", STATUS),
                ("publisher", source.publisher),
                ("page", source.page),
                ("developers", _with_basis(manifest, "source.developers", source.developers)),
                ("contact", source.contact),
                ("funding", _with_basis(manifest, "source.funding", source.funding)),
            )
        ),
    )


def _use(manifest: Manifest) -> tuple[Block, ...]:
    return (_said(manifest, "use", ("intended", "users", "workflow", "population")),)


def _do_not_use(manifest: Manifest) -> tuple[Block, ...]:
    own = FactList((("not for", manifest.use.not_intended),))
    return own, *(Paragraph(sentence) for sentence in CARE)


def _output(manifest: Manifest) -> tuple[Block, ...]:
    orders = []
    for output in manifest.output.values():
        match output:
            case Regression():
                orders.append("none: a number")
            case Binary(labels=labels, positive=positive):
                orders.append(f"{_joined(labels)}; the probability is that of {positive}")
            case Categorical(classes=classes):
                orders.append(_joined(classes))
    numeric = all(isinstance(output, Regression) for output in manifest.output.values())
    threshold = "none: a number has none" if numeric else "none is applied; choose one on own data"
    return (
        FactList(
            (
                ("name and unit", value_text(manifest)),
                ("class order", "; ".join(orders)),
                ("threshold", threshold),
                ("uncertainty", "none is given: one number a photograph, without an interval"),
            )
        ),
        _fact_table(manifest, "output."),
    )


def _training(manifest: Manifest) -> tuple[Block, ...]:
    source = manifest.source
    rows = (
        *(adapted_rows(manifest.adapted) if manifest.adapted else ()),
        ("images and people", _with_basis(manifest, "source.data", source.data)),
        ("training set", _with_basis(manifest, "source.training_set", source.training_set)),
    )
    return (FactList(rows + _said(manifest, "training").items),)


def _evaluation(manifest: Manifest, measured: Sequence[MeasuredHere]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if manifest.reported:
        rows = tuple(
            (each.metric, f"{each.value:g} {each.unit}", each.interval, each.data, each.source)
            for each in manifest.reported
        )
        header = ("metric", "value", "confidence interval", "data", "source")
        blocks.append(Table(header, rows))
    else:
        blocks.append(Paragraph("Performance is not reported."))
    described = _said(manifest, "evaluation", ("split", "place", "threshold", "calibration")).items
    words = {"split": "split by person or not", "place": "internal or external"}
    words["threshold"] = "threshold of the figures"
    blocks.append(FactList(tuple((words.get(key, key), text) for key, text in described)))
    blocks += measured_blocks(manifest, measured)
    if manifest.variant:
        blocks += _variant(manifest.variant)
    if manifest.citation and manifest.task in ("age", "sex"):
        blocks += published(manifest)
    return tuple(blocks)


def _variant(variant: Variant) -> tuple[Block, ...]:
    drift = Table(tuple(each.lower() for each in DRIFT_HEADER), tuple(drift_rows(variant.drift)))
    cost = Table(tuple(each.lower() for each in COST_HEADER), tuple(cost_rows(variant)))
    return Subheading("Variant"), Paragraph(variant_heading(variant) + "."), drift, cost


def _decoding(manifest: Manifest) -> tuple[Block, ...]:
    measured = manifest.reduced_decoding
    if measured is None:
        return (Paragraph("Every photograph is decoded in full."),)
    drift = Table(tuple(each.lower() for each in DRIFT_HEADER), tuple(drift_rows(measured.drift)))
    heading = decoding_heading(measured)
    return Paragraph(heading[:1].upper() + heading[1:] + "."), drift


def _risks(manifest: Manifest) -> tuple[Block, ...]:
    assumed = "; ".join(f"{fact.key} = {fact.text}" for fact in manifest.assumed())
    fitted = "; ".join(f"{fact.key} = {fact.text}" for fact in manifest.fitted())
    unsettled = ", ".join(fact.key for fact in manifest.unsettled())
    doubtful = manifest.doubtful()
    rows = [
        ("assumed, and wrong values would change the numbers", assumed or "nothing"),
        ("unknown, and nothing is predicted before it is settled", unsettled or "nothing"),
        *(("doubtful", f"{each.key} = {each.text}: {each.basis.doubt}") for each in doubtful),
        ("other cameras, populations and diseases", _elsewhere(manifest)),
        ("poor photographs", "only what is no colour photograph is refused; quality is not judged"),
    ]
    if fitted:
        rows.insert(1, ("settled on labelled people, and wrong where their labels are", fitted))
    if manifest.task == "age":
        rows.append(("age gap", AGE_GAP))
    return (FactList(tuple(rows)),)


def _elsewhere(manifest: Manifest) -> str:
    elsewhere = manifest.evaluation.elsewhere
    return (
        "not reported"
        if elsewhere == UNKNOWN
        else _with_basis(manifest, "evaluation.elsewhere", elsewhere)
    )


def _maintenance(manifest: Manifest) -> tuple[Block, ...]:
    return (
        FactList(
            (
                ("contact", manifest.source.contact),
                ("updates", "unknown; the publisher's page tells"),
                ("this card", "written from estimator.toml and provenance.json: correct it there"),
            )
        ),
    )


def _references(manifest: Manifest) -> tuple[Block, ...]:
    source = manifest.source
    licence = source.licence
    if licence == UNKNOWN:
        licence += "; no standard licence is named, so the Hub's word for it is other"
    rows = [
        ("licence", licence),
        ("terms", _with_basis(manifest, "source.terms", source.terms)),
        ("redistribution", _with_basis(manifest, "source.redistribution", source.redistribution)),
        ("citation", source.citation),
        ("doi", source.doi),
        ("acknowledgement", source.acknowledgement),
    ]
    if manifest.citation:
        rows += [
            ("acknowledgement to print", manifest.citation.acknowledgement),
            ("謝辞の文例", manifest.citation.acknowledgement_ja),
        ]
    return (FactList(tuple(rows)),)


def _said(manifest: Manifest, table: str, keys: tuple[str, ...] = ()) -> FactList:
    """List what a table of the manifest says, each with its basis where one is given."""
    words = getattr(manifest, table)
    return FactList(
        tuple(
            (key, _with_basis(manifest, f"{table}.{key}", getattr(words, key)))
            for key in keys or type(words).model_fields
        )
    )


def _with_basis(manifest: Manifest, key: str, text: str) -> str:
    basis = manifest.basis.get(key)
    return f"{text} [{basis.evidence}]" if basis and basis.origin != UNKNOWN else text


def _fact_table(manifest: Manifest, prefix: str) -> Table:
    facts: list[Fact] = [fact for fact in manifest.facts() if fact.key.startswith(prefix)]
    rows = tuple((each.key, each.text, each.basis.origin, each.basis.text) for each in facts)
    return Table(("fact", "value", "basis", "evidence"), rows)


def _joined(labels: tuple[str, ...] | str) -> str:
    return labels if isinstance(labels, str) else ", ".join(labels)
