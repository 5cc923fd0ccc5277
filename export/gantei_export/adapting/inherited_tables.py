"""The manifest of an adapted estimator: what it takes over from its base, and what is its own.

The facts of the input stay with their bases, word for word: what was assumed of the base is assumed
of what is made of it. So do its rights, its notice and what it must not be used for. What the base
answered, and how well, says nothing of a new head: answers, figures, golden values and a permission
to decode at reduced size go.
"""

from collections.abc import Sequence
from typing import Any

from gantei.card.adapted_from import HEADS
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.formats import CURRENT
from gantei.manifests.manifest import InputSpec, Manifest
from gantei.manifests.publication import Publication, Reported, Use
from gantei.manifests.tables import Adapted

from ..learning.learning_target import LearningTarget
from ..manifest_draft.draft_tables import Tables
from .made_of import MadeOf

RIGHTS = ("terms", "redistribution", "licence", "citation", "doi", "acknowledgement")
"""What of `[source]` binds whoever uses what was made of it."""
ORIGINS = ("original_file", "original_sha256")
"""What of `[source]` tells which published file the network came from."""
LABELS = "the labels of the photographs that it was fitted on"
TITLES = {
    True: ("a new head on", "に新しい出力層を付けた"),
    False: ("fine-tuning", "をファインチューニングした"),
}
"""What stands between the names of output and base, where the head alone is new and where not."""
SEXES = {"female", "male"}


def adapted_tables(
    base: Manifest,
    target: LearningTarget,
    name: str,
    adapted: Adapted,
    made: MadeOf,
    reported: Sequence[Reported] = (),
) -> Tables:
    """Write the manifest of an estimator with a new head; its weights and golden values are open.

    Args:
        base: whose network it has.
        target: what the new head estimates.
        name: the new estimator's.
        adapted: what it was made from, and on how many people.
        made: what else is known of how it was made.
        reported: its own figures, on people held out.
    """
    how, how_ja = TITLES[made.method in HEADS]
    tables: Tables = {
        "format": CURRENT,
        "name": name,
        "title": made.title or f"{target.output}, by {how} {base.name}",
        "title_ja": made.title_ja or f"{base.name} {how_ja} {target.output} の推定器",
        "task": task_of(target),
        "architecture": base.architecture,
        "notice": base.notice,
        "notice_ja": base.notice_ja,
        "adapted": adapted.model_dump(),
        "input": {},
        "output": {},
        "source": {},
        "use": {},
        "training": {},
        "evaluation": made.evaluation.model_dump(),
        "reported": [figure.model_dump() for figure in reported],
        "basis": {},
    }
    inherit_input_facts(tables, base)
    _new_output(tables, target, made)
    inherit_source(tables, base, made)
    _new_use(tables, base, made)
    return tables


def inherit_input_facts(tables: Tables, base: Manifest) -> None:
    """Put the base's facts of the input into the tables, and its architecture, bases and all.

    What the tables said of them is replaced. A doubt that the base's weights raised goes along.
    """
    given = base.tables()
    tables["input"] = given["input"]
    tables["architecture"] = base.architecture
    bases = tables.setdefault("basis", {})
    for key in ("architecture", *(f"input.{key}" for key in InputSpec.model_fields)):
        bases.pop(key, None)
        if key in given["basis"]:
            bases[key] = given["basis"][key]


def inherit_source(tables: Tables, base: Manifest, made: MadeOf) -> None:
    """Write `[source]`, `[training]` and `citation`: the base's rights bind, its makers do not.

    Who published an adapted estimator is whoever says so, never the base's publisher.
    """
    given, bases = base.tables(), tables.setdefault("basis", {})
    source = dict.fromkeys(Publication.model_fields, UNKNOWN) | {"publisher": made.publisher}
    people = f"{made.photographs} photographs of {made.people} people"
    at = f" at {made.sites} sites" if made.sites > 1 else ""
    source["data"] = (
        f"{people}{at}; before that, those of {_those(tables, base)}: {base.source.data}"
    )
    source["training_set"] = f"{people}{at}"
    for key in (*RIGHTS, *ORIGINS):
        source[key] = given["source"][key]
        if source[key] != UNKNOWN:
            known = given["basis"].get(f"source.{key}", {})
            before, stated = known.get("evidence"), _is_of_file(tables)
            evidence = f"of {base.name}, from which this is adapted"
            bases[f"source.{key}"] = {
                "origin": known.get("origin", "file") if stated else "publisher",
                "evidence": f"{evidence}; {before}" if before else evidence,
            }
    tables["source"] = source
    tables["training"] = made.training.model_dump()
    if "citation" in given:
        tables["citation"] = given["citation"]


def _those(tables: Tables, base: Manifest) -> str:
    """Say whose photographs a network had seen before."""
    return f"the weights of {base.architecture}" if _is_of_file(tables) else base.name


def _is_of_file(tables: Tables) -> bool:
    return bool(tables.get("adapted", {}).get("began_with") == "weights-file")


def task_of(target: LearningTarget) -> str:
    """Name the task: `age` and `sex` where output, unit and classes are those, else the kind.

    >>> from gantei_export.adapting.inherited_tables import task_of
    >>> from gantei_export.learning.learning_target import LearningTarget
    >>> task_of(LearningTarget("sex", "binary", ("female", "male")))
    'sex'
    """
    if target.kind == "regression":
        return "age" if target.output == "age" and target.unit == "years" else "regression"
    return "sex" if target.output == "sex" and set(target.classes) == SEXES else target.kind


def _new_output(tables: Tables, target: LearningTarget, made: MadeOf) -> None:
    """Describe the new output: it gives what the labels were, and every fact of it is known."""
    fitted = {"origin": "fitted", "evidence": LABELS}
    told: dict[str, tuple[Any, dict[str, str]]]
    match target.kind:
        case "regression":
            itself = _told("the new head gives the number itself")
            told = {
                "unit": (target.unit, fitted),
                "scale": (1.0, itself),
                "offset": (0.0, itself),
                "range": _range(made),
            }
        case "binary":
            told = {
                "labels": (list(target.classes), fitted),
                "positive": (target.classes[1], fitted),
                "transform": ("none", _told("the new head ends in a sigmoid")),
            }
        case "categorical":
            told = {
                "classes": (list(target.classes), fitted),
                "transform": ("none", _told("the new head ends in a softmax")),
            }
    tables["output"] = {
        target.output: {"kind": target.kind} | {key: value for key, (value, _) in told.items()}
    }
    tables["basis"] |= {f"output.{target.output}.{key}": basis for key, (_, basis) in told.items()}


def _range(made: MadeOf) -> tuple[Any, dict[str, str]]:
    if made.range is None:
        return UNKNOWN, {"origin": UNKNOWN, "evidence": "not told of the people in training"}
    evidence = f"{LABELS}; from the fifth lowest person to the fifth highest, rounded outwards"
    return list(made.range), {"origin": "fitted", "evidence": evidence}


def _told(evidence: str) -> dict[str, str]:
    return {"origin": "file", "evidence": evidence}


def _new_use(tables: Tables, base: Manifest, made: MadeOf) -> None:
    """Say what it is for: research on photographs like its own; never what its base is not for."""
    where = "the site" if made.sites == 1 else f"the {made.sites} sites"
    tables["use"] = dict.fromkeys(Use.model_fields, UNKNOWN) | {
        "intended": f"Research on photographs like those of {where} where it was adapted.",
        "not_intended": base.use.not_intended,
    }
    if base.use.not_intended != UNKNOWN:
        tables["basis"]["use.not_intended"] = {
            "origin": "publisher",
            "evidence": f"of {base.name}, from which this is adapted",
        }
