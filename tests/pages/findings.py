"""docs/findings.md: every finding, from its two wordings and from where the code finds it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gantei.findings.wording import Language, joined, wording

PAGE = "findings.md"
TOP = Path(__file__).parents[2]
PACKAGES = (
    TOP / "models/gantei",
    TOP / "export/gantei_export",
    TOP / "service/gantei_service",
)
HEAD = """# Findings

What gantei finds wrong or odd has a **code**, which does not change with the wording, and
**values**, such as a size. Programs compare codes; people read the text, in English or Japanese.

- Python: `Prediction.findings` and `GanteiError.finding` are [`Finding`](python-api.md#finding)s
  with `.code`, `.values`, `.text("en")` and `.text("ja")`; `Prediction.warnings` and
  `str(error)` are the English text.
- A study's table: `warning_codes` and `error_code`, beside the text in `warnings` and `error`.
- The service: the `warnings` of an estimate and the `findings` of a photograph are
  `{"code": …, "values": …, "text": …}`; its page shows them in the language that is chosen there.

An error without a finding has the code of its class ([the tree](python-api.md#errors)).

## In a study

`warning_codes` holds codes with spaces between: `estimator:code` of what an estimator says, the
`code` alone of what is odd about the photograph itself. What every row of an estimator says, such
as `notice` or `assumed-fact`, stands there too, and in words in the data dictionary. Filter by
codes, not by text. `gantei predict` ends with the number of photographs of each code, and
`gantei crops --from results.csv --root DIR --with NAME --show CODE --out sheet.html` draws them
([predict.md](predict.md#look-at-what-the-networks-see)). In Python:

```python
import csv
from collections import Counter

with open("results.csv", newline="", encoding="utf-8-sig") as file:
    rows = list(csv.DictReader(file))
failed = Counter(row["error_code"] for row in rows if row["error_code"])
good = [row for row in rows if not row["error_code"]]
kept = [row for row in good if "demo-age:enlarged" not in row["warning_codes"].split()]
print(f"{len(kept)} kept, {len(good) - len(kept)} enlarged, failed: {dict(failed)}")
```

In R:

```r
text <- c(warning_codes = "character", error_code = "character")
rows <- read.csv("results.csv", check.names = FALSE, colClasses = text,
                 fileEncoding = "UTF-8-BOM")
failed <- table(rows$error_code[rows$error_code != ""])
good <- rows[rows$error_code == "", ]
enlarged <- sapply(strsplit(good$warning_codes, " "), \\(codes) "demo-age:enlarged" %in% codes)
cat(sum(!enlarged), "kept,", sum(enlarged), "enlarged, failed:", names(failed), failed, "\\n")
```
"""
ROOMS = {
    "photographs": (
        "Photographs",
        "An error stands in the photograph's own row or answer and changes nothing for others; "
        "warnings stand beside the values.",
    ),
    "inference": ("Values", "They stand beside the values that they are about."),
    "manifests": ("Estimators", "Every result of the estimator has these."),
    "signing": (
        "Signatures",
        "`gantei verify` reports them; an estimator that opens all the same repeats them with "
        "every result, and one that does not is a `SignatureError` "
        "([signatures.md](signatures.md)).",
    ),
    "estimator": ("Files of an estimator", "`gantei verify` reports them."),
    "explanations": ("Maps and embeddings", "They say why an estimator has none."),
    "gantei_service": ("Requests to the service", "They are the `code` of a problem document."),
    "gantei_export": ("Importing and changing", "They end the command."),
    "passed by": (
        "Files that are no photographs",
        "Where a folder holds one, it stands in `<table>.skipped.csv` with this code. One that is "
        "named itself, or whose name ends as a picture's does, has a row with this error; a table "
        "that is named alone is refused, since `--from` takes lists.",
    ),
    "study": ("Studies", "They stand in the row of their photograph."),
    "remote": ("Servers", "What a server says of a photograph stands in its row, as errors do."),
}
"""The rooms of the packages that find something: their heading, and where findings appear."""

PASSED_BY = ("other_names", "other_contents", "folder_walk")
"""Modules of `photographs` that say why a file is none."""
KINDS = {
    "remote": "`ExplanationError`",
    "gantei_service": "problem",
    "signing": "verdict",
    "estimator": "problem",
    "passed by": "skipped file",
}
"""What a finding is that is no error: a warning, except in these rooms."""


@dataclass(frozen=True)
class Place:
    """Where the code makes a finding: in which room, and for which class of errors, if for one."""

    room: str
    error: str


def text() -> str:
    """The page."""
    places = found_in_code()
    parts = [HEAD]
    for room in dict.fromkeys([*ROOMS, *sorted(place.room for place in places.values())]):
        codes = [code for code, place in places.items() if place.room == room]
        title, lead = ROOMS.get(room, (room.replace("_", " ").capitalize(), ""))
        if codes:
            parts.append(f"## {title}\n\n{lead}\n\n" + "\n".join(_table(sorted(codes), places)))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(codes: list[str], places: dict[str, Place]) -> Iterator[str]:
    yield "| code | is | English | Japanese |"
    yield "|---|---|---|---|"
    for code in codes:
        place = places[code]
        kind = f"`{place.error}`" if place.error else KINDS.get(place.room, "warning")
        yield f"| `{code}` | {kind} | {_sentence(code, 'en')} | {_sentence(code, 'ja')} |"


def _sentence(code: str, language: Language) -> str:
    words = wording(language)
    parts = [words["texts"].get(code, ""), words["advice"].get(code, "")]
    sentence = joined(parts, language)
    if item := words["texts"].get(f"{code}.item"):
        sentence += {"en": f" ({item}, …)", "ja": f"（{item}、…）"}[language]
    return re.sub(r"\{\{|\}\}|\{(\w+)[^}]*\}", _shown, sentence).replace("|", r"\|")


def _shown(braces: re.Match[str]) -> str:
    return f"*{braces[1]}*" if braces[1] else braces[0][0]


def found_in_code() -> dict[str, Place]:
    """Every code of a `Finding(...)` in the packages, in order of codes."""
    found = {}
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            room = path.relative_to(package).parts[0] if package.name == "gantei" else package.name
            room = "passed by" if path.stem in PASSED_BY else room
            source = path.read_text("utf-8")
            for code, error in _findings(ast.parse(source)) if "Finding(" in source else ():
                if code not in found or error:
                    found[code] = Place(room, error)
    return dict(sorted(found.items()))


def _findings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The codes in a module, each with the class of the error that it is given to."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            errors = [node for node in ast.walk(function) if _name(node).endswith("Error")]
            assigned = {
                target.id: node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            given = {id(inner): _name(each) for each in errors for inner in _inside(each, assigned)}
            for node in ast.walk(function):
                if (
                    _name(node) == "Finding"
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    yield node.args[0].value, given.get(id(node), "")


def _inside(call: ast.AST, assigned: dict[str, ast.expr]) -> Iterator[ast.AST]:
    """What a call is given, also by the names of variables."""
    for node in ast.walk(call):
        yield node
        if isinstance(node, ast.Name) and node.id in assigned:
            yield from ast.walk(assigned[node.id])


def _name(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
