"""What comes of an input."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What came of an input: `refused`, `right`, `unjudged`, or `FAILED` with the reason."""

    word: str
    detail: str = ""
    signature: str = field(default="", compare=False)
    """What tells it from others: the kind of message, or the operators of the graph."""
