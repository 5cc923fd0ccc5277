"""The section of a card that tells how its numbers can be had again."""

from ..manifests.manifest import Manifest, PublishedAnswer
from .adapted_from import fitted_rows
from .document import Block, FactList
from .provenance import Provenance, at, card_text, compared_text, versions

CONVERSION = (
    "converter version",
    "converter's libraries",
    "ONNX opset",
    "largest difference from the original",
)
NOT_CONVERTED = "not converted yet: the import writes it here"
ADAPTED = "not compared: what was fitted is new, and no original has it"
NOT_KEPT = "unknown: the folder has no provenance.json"


def reproduction(manifest: Manifest, provenance: Provenance | None) -> tuple[Block, ...]:
    """List converter, opset, difference from the original, digests and golden photographs."""
    source, weights = manifest.source, manifest.weights
    rows = [
        ("original file", source.original_file),
        ("original sha256", source.original_sha256),
        ("weights sha256", weights.sha256 if weights else NOT_CONVERTED),
    ]
    if manifest.variant:
        rows += [
            ("variant of", f"{manifest.variant.of}, sha256 {manifest.variant.of_sha256}"),
            ("method", card_text(at(provenance, "method"))),
            ("made with", versions(at(provenance, "made_with"))),
            ("what follows", f"of {manifest.variant.of} in float32"),
        ]
        provenance = at(provenance, "original")
    if manifest.adapted:
        rows += fitted_rows(manifest.adapted, provenance)
    if provenance is not None:
        rows += _conversion(provenance)
    else:
        rows += [(key, NOT_KEPT if weights else NOT_CONVERTED) for key in CONVERSION]
    rows.append(("golden photographs", _golden(manifest)))
    rows += [("published answer", _published(each)) for each in manifest.answer]
    rows += [
        ("known copy", f"{each.file}, {each.bytes} bytes, sha256 {each.sha256}, of {each.holder}")
        for each in manifest.known_copy
    ]
    return (FactList(tuple(rows)),)


def _conversion(provenance: Provenance) -> list[tuple[str, str]]:
    converter = at(provenance, "converter")
    libraries = {}
    if isinstance(converter, dict):
        libraries = {
            name: version
            for name, version in converter.items()
            if name not in ("gantei", "opset", "ir_version")
        }
    answers = (
        f"gantei {card_text(at(converter, 'gantei'))}",
        versions(libraries),
        card_text(at(converter, "opset")),
        _difference(provenance),
    )
    rows = list(zip(CONVERSION, answers, strict=True))
    assumed = at(provenance, "assumed")
    if isinstance(assumed, list) and assumed:
        rows.append(("assumed of the network", "; ".join(map(card_text, assumed))))
    return rows


def _difference(provenance: Provenance) -> str:
    verification = at(provenance, "verification")
    if not isinstance(verification, dict):
        if at(provenance, "adapted"):
            return ADAPTED
        return "not measured; gantei import --verify measures it"
    return compared_text(verification)


def _published(answer: PublishedAnswer) -> str:
    values = ", ".join(f"{name} {value}" for name, value in answer.values.items())
    return (
        f"{answer.photograph} (sha256 {answer.sha256}), taken for a {answer.eye} eye: {values}, "
        f"within {answer.tolerance:g}; {answer.source}"
    )


def _golden(manifest: Manifest) -> str:
    golden = manifest.golden
    if not golden:
        return "none"
    sources = ", ".join(dict.fromkeys(each.source for each in golden))
    return f"{len(golden)}, within {max(each.tolerance for each in golden):g} of {sources}"
