"""From what a converted file tells to the tables of its manifest, each fact with its basis."""

from typing import Any, get_args

from gantei.errors import ConversionError, SettingError
from gantei.manifests.fields import UNKNOWN, Task
from gantei.manifests.formats import CURRENT
from gantei.manifests.manifest import InputSpec, Manifest, Publication, Use

from .conventions import CONVENTIONS
from .network_facts import NetworkFacts, OutputFacts, Scaling

Tables = dict[str, Any]

TASKS: tuple[str, ...] = get_args(Task)

NOT_IN_FILE = "The file does not say it."
PROBABILITIES = ("sigmoid", "softmax")


def known_tables(manifest: Manifest) -> Tables:
    """Give the tables of a catalogue entry, as a start for those of its import."""
    tables = manifest.tables()
    tables.pop("weights", None)
    del tables["golden"]
    return tables


def new_tables(name: str, task: str) -> Tables:
    """Give the tables of an estimator that no catalogue knows: nearly everything is unknown.

    Raises:
        SettingError: the task is unknown.
    """
    if task not in TASKS:
        raise SettingError(f"unknown task {task!r}; known: {', '.join(TASKS)}")
    return {
        "format": CURRENT,
        "name": name,
        "title": name,
        "title_ja": name,
        "task": task,
        "architecture": UNKNOWN,
        "input": dict.fromkeys(InputSpec.model_fields, UNKNOWN),
        "output": {},
        "source": dict.fromkeys(Publication.model_fields, UNKNOWN),
        "use": dict.fromkeys(Use.model_fields, UNKNOWN),
        "basis": {f"input.{key}": _unknown() for key in InputSpec.model_fields}
        | {"architecture": _unknown()},
    }


def fill_in(tables: Tables, facts: NetworkFacts, file_name: str) -> None:
    """Write what the file tells into the tables; what it does not tell is assumed or unknown.

    Raises:
        ConversionError: the file contradicts what the tables know from the publisher, or its
            outputs are not those of the task.
    """
    if facts.input_size is not None:
        _tell_size(tables, facts.input_size, facts.input_size_basis)
    if facts.scaling is not None:
        _tell_scaling(tables, facts.scaling)
    for key, (value, convention) in CONVENTIONS[facts.framework].items():
        _assume(tables, key, value, convention)
    origin = _basis(facts.architecture_origin, facts.architecture_evidence)
    _check_architecture(tables, facts.architecture, origin)
    if len(facts.outputs) != 1:
        names = ", ".join(output.name for output in facts.outputs)
        raise ConversionError(
            f"the file has {len(facts.outputs)} outputs ({names}); an estimator is made of one: "
            "save the model with the one output that is wanted"
        )
    _fill_in_output(tables, facts.outputs[0])
    if facts.head_claim is not None:
        _state_head(tables, facts.head_claim)
    for assumption in facts.assumed:
        tables["basis"]["architecture"]["evidence"] += f"; assumed: {assumption}"
    tables["source"]["original_file"] = file_name
    tables["source"]["original_sha256"] = facts.sha256


def keep_stated(tables: Tables, previous: Manifest) -> tuple[str, ...]:
    """Take over what the user has stated, or fitted, of the very same file before; tell which."""
    kept = []
    for fact in previous.facts():
        if fact.basis.origin in ("stated", "fitted") and fact.key in tables["basis"]:
            *path, field = fact.key.split(".")
            table = previous.tables()
            target = tables
            for step in path:
                table, target = table[step], target[step]
            target[field] = table[field]
            origin, evidence = fact.basis.origin, fact.basis.evidence
            if tables["basis"][fact.key]["origin"] not in ("stated", "fitted"):
                kept.append(fact.key)
            tables["basis"][fact.key] = _basis(origin, evidence)
    return tuple(kept)


def check_labels(manifest: Manifest, output: OutputFacts) -> None:
    """See that as many labels are stated as the network has values.

    Raises:
        ConversionError: it has another number of them.
    """
    labels = manifest.value_names()
    if labels != (UNKNOWN,) and len(labels) != output.units:
        raise ConversionError(
            f"{len(labels)} labels were stated ({', '.join(labels)}), and the network gives "
            f"{output.units} values"
        )


def output_name(tables: Tables) -> str:
    """Give the name of an estimator's one output: the catalogue's, else that of the task."""
    names = list(tables["output"])
    if names:
        return str(names[0])
    return str(tables["task"]) if tables["task"] in ("age", "sex") else "estimate"


def _check_architecture(tables: Tables, found: str | None, basis: Tables) -> None:
    expected = tables["architecture"]
    if found is None:
        tables["basis"]["architecture"]["evidence"] += "; not recognised from the file's layers"
        return
    if expected not in (UNKNOWN, found):
        raise ConversionError(
            f"{tables['name']} is of the architecture {expected}, and the file is of {found}: "
            "is it another estimator's file?"
        )
    tables["architecture"] = found
    tables["basis"]["architecture"] = basis


def _fill_in_output(tables: Tables, output: OutputFacts) -> None:
    name, task, bases = output_name(tables), tables["task"], tables["basis"]
    before = tables["output"].get(name, {})
    if task in ("age", "regression"):
        table, told = _regression(task, before, output)
    elif output.units == 1 and task != "categorical":
        table, told = _binary(task, before, output)
    else:
        table, told = _categorical(task, output)
    tables["output"] = {name: {"kind": table.pop("kind"), **table}}
    earlier = {key: bases.pop(key) for key in list(bases) if key.startswith("output.")}
    for field, value in table.items():
        key = f"output.{name}.{field}"
        if value == UNKNOWN:
            bases[key] = earlier.get(key, _unknown())
        else:
            bases[key] = told.get(field) or earlier.get(key) or _basis("stated", f"--task {task}")


def _state_head(tables: Tables, words: str) -> None:
    """Say that the user stated the last activation: a file of weights alone does not hold it."""
    key = f"output.{output_name(tables)}.transform"
    if tables["basis"].get(key, {}).get("origin") == "file":
        tables["basis"][key] = _basis("stated", words)


def _regression(task: str, before: Tables, output: OutputFacts) -> tuple[Tables, Tables]:
    if output.units != 1:
        raise ConversionError(
            f"the file's output has {output.units} values ({output.activation}); "
            f"the task {task} takes one number. --task categorical takes several"
        )
    table = {
        "kind": "regression",
        "unit": "years" if task == "age" else UNKNOWN,
        "scale": UNKNOWN,
        "offset": UNKNOWN,
        "range": UNKNOWN,
        **before,
    }
    return table, {}


def _binary(task: str, before: Tables, output: OutputFacts) -> tuple[Tables, Tables]:
    table = {
        "kind": "binary",
        "labels": ["female", "male"] if task == "sex" else UNKNOWN,
        "positive": UNKNOWN,
        **before,
        "transform": "none" if output.activation == "sigmoid" else UNKNOWN,
    }
    return table, {"transform": _basis("file", f"the last layer is a {output.activation}")}


def _categorical(task: str, output: OutputFacts) -> tuple[Tables, Tables]:
    """Describe one probability a class; nobody has said in which order the classes stand."""
    if output.units < 2 or (task in ("sex", "binary") and output.units != 2):
        wanted = "two or more" if task == "categorical" else "one or two"
        raise ConversionError(
            f"the file's output has {output.units} value(s); the task {task} takes {wanted}"
        )
    table = {
        "kind": "categorical",
        "classes": UNKNOWN,
        "transform": "none" if output.activation in PROBABILITIES else UNKNOWN,
    }
    return table, {"transform": _basis("file", f"the last layer is a {output.activation}")}


def _tell_size(tables: Tables, size: tuple[int, int], basis: tuple[str, str]) -> None:
    known, found = tables["input"]["size"], list(size)
    if known not in (UNKNOWN, found):
        raise ConversionError(
            f"{tables['name']}: its publisher says input.size = {known}, the file {found}: "
            "is it another estimator's file?"
        )
    if basis[0] == "file" or known == UNKNOWN:
        tables["input"]["size"] = found
        tables["basis"]["input.size"] = _basis(*basis)


def _tell_scaling(tables: Tables, scaling: Scaling) -> None:
    """Assume pixels 0..255 where the network's own layers scale them as is usual."""
    if scaling.in_graph:
        _assume(tables, "scale", "in-graph", scaling.evidence)
    elif tables["input"]["scale"] == UNKNOWN:
        tables["basis"]["input.scale"] = _basis(UNKNOWN, scaling.evidence)


def _assume(tables: Tables, key: str, value: Any, evidence: str) -> None:
    """Assume a fact of the input that nobody has told."""
    if tables["input"][key] == UNKNOWN:
        tables["input"][key] = value
        tables["basis"][f"input.{key}"] = _basis("assumed", evidence)


def _basis(origin: str, evidence: str) -> Tables:
    return {"origin": origin, "evidence": evidence}


def _unknown() -> Tables:
    return _basis(UNKNOWN, NOT_IN_FILE)
