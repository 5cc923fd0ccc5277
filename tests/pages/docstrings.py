"""Docstrings in Google's form: their prose, their sections and their examples."""

import inspect
import re
from dataclasses import dataclass

SECTIONS = ("Args", "Attributes", "Returns", "Yields", "Raises")


@dataclass(frozen=True)
class Docstring:
    """A docstring in parts; an entry of a section without a name is prose."""

    prose: str
    sections: dict[str, list[tuple[str, str]]]
    example: str

    def with_init(self, other: "Docstring") -> "Docstring":
        """A class's docstring followed by that of its `__init__`."""
        return Docstring(
            f"{self.prose}\n\n{other.prose}".strip(),
            self.sections | other.sections,
            f"{self.example}\n\n{other.example}".strip(),
        )


def parsed(text: str) -> Docstring:
    """Take a docstring apart."""
    prose, examples = [], []
    sections: dict[str, list[tuple[str, str]]] = {}
    for paragraph in re.split(r"\n\n+", inspect.cleandoc(text)):
        head, _, rest = paragraph.partition("\n")
        if head.removesuffix(":") in SECTIONS and head.endswith(":"):
            name, rest = head.removesuffix(":"), inspect.cleandoc(f"\n{rest}")
            prose_only = name in ("Returns", "Yields")
            sections[name] = [("", " ".join(rest.split()))] if prose_only else [*_entries(rest)]
        elif head.startswith(">>> "):
            examples.append(paragraph)
        else:
            prose.append(" ".join(paragraph.split()) if "\n- " not in paragraph else paragraph)
    return Docstring("\n\n".join(prose), sections, "\n\n".join(examples))


def _entries(text: str):
    """The entries of a section: a line that is not indented begins one."""
    for entry in re.split(r"\n(?=\S)", text):
        name, colon, said = entry.partition(": ")
        named = colon and re.fullmatch(r"[\w.]+(?:, [\w.]+)*", name)
        yield (name, " ".join(said.split())) if named else ("", " ".join(entry.split()))
