"""What a helper process may answer: where a file has taken it over, it answers what it likes."""

from typing import Any

from ..findings.finding import Finding
from ..findings.wording import wording


def check_answer(answer: Any, number: str) -> None:
    """Refuse what is no answer to the order of that number.

    Args:
        answer: what JSON holds: with its `number` one of `facts`, a `finding`, the text of what
            `failed`, and what `ended` it.
        number: of the order.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(answer, dict) or answer.get("number") != number:
        raise ValueError("no answer to this order")
    match [(key, value) for key, value in answer.items() if key != "number"]:
        case [("facts", dict())] | [("failed", str())] | [("ended", "memory")]:
            return
        case [("finding", [str() as code, dict() as values])]:
            _check_finding(code, values)
        case _:
            raise ValueError("no answer")


def _check_finding(code: str, values: dict[str, Any]) -> None:
    if code not in wording("en")["texts"]:
        raise ValueError("no finding")
    finding = Finding(code, **values)
    try:
        for language in ("en", "ja"):
            finding.text(language), finding.advice(language)
    except (ArithmeticError, LookupError, TypeError, AttributeError) as error:
        raise ValueError("a finding without its values") from error
