"""What BentoML is told of the service's methods, for its clients and for the schema of a Bento."""

from typing import Any, get_args

from pydantic import TypeAdapter

from gantei.wire.schemas import EstimatorList, PredictAnswer

from .photograph_job import Explain

PREDICT, ESTIMATORS = "/bentoml/predict", "/bentoml/estimators"
"""Where BentoML's clients send to. They write every field that is no file as JSON, which those of
a form are not, and ask by POST alone, so they have addresses of their own."""

_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "default": []}
_INPUTS: dict[str, dict[str, Any]] = {
    "predict": {
        "type": "object",
        "properties": {
            "photographs": {"type": "array", "items": {"type": "file", "format": "binary"}},
            "estimators": _TEXTS,
            "explain": {"type": "string", "enum": [*get_args(Explain)], "default": "none"},
            "eyes": _TEXTS,
        },
        "required": ["photographs"],
    },
    "estimators": {"type": "object", "properties": {}},
}


def flat_schema(model: Any) -> dict[str, Any]:
    """Describe a shape without references and without `anyOf`.

    Of an `anyOf` BentoML keeps the first, and its client then drops what that one does not have:
    the problem of a photograph that was refused. No object fits two of ours, so `oneOf` is true.
    """
    schema = TypeAdapter(model).json_schema()
    return _flat(schema, schema.get("$defs", {}))


def description() -> dict[str, Any]:
    """Give what BentoML's client asks for first, in the words of BentoML."""
    list_ = "List what is served, as GET /v1/estimators does."
    estimate = "Estimate for each photograph, as POST /v1/predict does."
    routes = [
        ("estimators", ESTIMATORS, list_, EstimatorList),
        ("predict", PREDICT, estimate, PredictAnswer),
    ]
    return {
        "name": "gantei",
        "type": "service",
        "routes": [
            {
                "name": name, "route": route, "doc": doc, "batchable": False, "is_task": False,
                "input": _INPUTS[name], "output": flat_schema(answer),
            }
            for name, route, doc, answer in routes
        ],
    }  # fmt: skip


def _flat(schema: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    if reference := schema.get("$ref"):
        schema = named[reference.rpartition("/")[2]] | schema  # its own words for what it is here
    flat: dict[str, Any] = {}
    for key, value in schema.items():
        match key, value:
            case ("$ref" | "$defs", _) | ("title", str()):
                continue
            case "properties", dict():
                flat[key] = {name: _flat(each, named) for name, each in value.items()}
            case (("anyOf" | "oneOf"), list()):
                flat["oneOf"] = [_flat(each, named) for each in value]
            case (("items" | "additionalProperties"), dict()):
                flat[key] = _flat(value, named)
            case _:
                flat[key] = value
    return flat
