"""What a model of Keras answers: an array, a list, a dictionary, or these in each other."""

from collections.abc import Iterator
from typing import Any


def answers_in(given: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each answer in Keras's order (dictionaries by their keys) with its place: `eye/age`."""
    if isinstance(given, dict):
        inner = [(str(key), given[key]) for key in sorted(given, key=str)]
    elif isinstance(given, list | tuple):
        inner = [(str(number), one) for number, one in enumerate(given)]
    else:
        yield path, given
        return
    for key, one in inner:
        yield from answers_in(one, f"{path}/{key}" if path else key)


def named_answers(model: Any, given: Any) -> dict[str, Any]:
    """Name what a model answered as Keras does: by its keys, else by its last layers."""
    if isinstance(given, dict):
        return dict(answers_in(given))
    answers = [one for _, one in answers_in(given)]
    names = getattr(model, "output_names", None)  # a Sequential of Keras 3 has none
    if names is None or len(names) != len(answers) or len(set(names)) != len(names):
        last = model.layers[-1].name if getattr(model, "layers", None) else "output"
        names = (
            [last] if len(answers) == 1 else [f"output_{number}" for number in range(len(answers))]
        )
    return dict(zip(names, answers, strict=True))
