"""Finding what in a card is not what the estimator's folder says; works without a network."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..catalogue.entries import Entry, shipped
from ..errors import ManifestError, UnknownEstimatorError
from ..estimator.folder_files import CARD
from ..manifests.file import FILE_NAME as MANIFEST
from ..manifests.file import read_manifest
from ..system.files import read_bounded, sha256_of
from .document import HEADINGS
from .markdown import as_markdown
from .provenance import at, read_provenance
from .writing import composed_of

LARGEST_FILE = 1_000_000
"""Bytes; the largest card in use has 10 thousand."""
LONGEST_FRONT_MATTER = 20_000
"""Letters; the longest in use has a thousand."""
DEEPEST = 200
"""Brackets, and dashes in one line, in a front matter: reading takes the square of their depth."""
MOST = 100
"""Findings to list of one card."""
BLANK = re.compile(r"^- [^:]+:\s*$|^-\s*$|\|\s*\|")
HEAD = "head"


@dataclass(frozen=True)
class _Written:
    """A card taken apart: its front matter, its headings, and the lines under each."""

    front: str
    headings: tuple[str, ...]
    lines: dict[str, list[str]]


def check(path: Path) -> list[str]:
    """List what is wrong with a card, one sentence each, 100 at most; none means that all is right.

    Every fact of the manifest must stand in it as it is, and no other number; sentences may be
    added. In a folder, the weights' digest and that of the original file are compared too.

    Args:
        path: an estimator's folder, whose `card.md` is checked, or the card, a Markdown file, of
            an estimator that comes with gantei.

    Raises:
        ManifestError: the estimator's manifest or provenance cannot be read.
        UnknownEstimatorError: it is neither such a folder nor such a card.
    """
    if (path / MANIFEST).is_file():
        entry = Entry(read_manifest(path / MANIFEST), path)
        return [*_digests(entry), *islice(_card(path / CARD, entry), MOST)]
    if path.is_file() and (path.parent / MANIFEST).is_file():
        return check(path.parent)
    known = {entry.name: entry for entry in shipped()}
    if not path.is_file() or path.stem not in known:
        raise UnknownEstimatorError(
            f"{path}: neither a folder with {MANIFEST} nor the card of one of {', '.join(known)}"
        )
    return list(islice(_card(path, known[path.stem]), MOST))


def _card(path: Path, entry: Entry) -> Iterator[str]:
    text = _read(path)
    if text is None:
        yield f"{path.name} is missing"
        return
    written, expected = _divided(text), _divided(as_markdown(composed_of(entry)))
    yield from _front_matter(written.front, expected.front)
    yield from _headings(written.headings)
    for heading, lines in written.lines.items():
        for line in lines:
            if BLANK.search(line):
                yield f"{heading}: {line!r} is blank; write unknown"
        yield from _differences(heading, lines, expected.lines.get(heading, []))


def _read(path: Path) -> str | None:
    if not os.path.lexists(path):
        return None
    return read_bounded(path, LARGEST_FILE, ManifestError).decode("utf-8", "replace")


def _divided(text: str) -> _Written:
    front = ""
    if match := re.match(r"---\n(.*?)\n---\n", text, re.DOTALL):
        front, text = match[1], text[match.end() :]
    heading, headings = HEAD, []
    lines: dict[str, list[str]] = {HEAD: []}
    for line in map(str.strip, text.splitlines()):
        if line.startswith("## "):
            heading = line[3:].strip()
            headings.append(heading)
            lines.setdefault(heading, [])
        elif line:
            lines[heading].append(line)
    return _Written(front, tuple(headings), lines)


def _headings(found: tuple[str, ...]) -> Iterator[str]:
    missing = [heading for heading in HEADINGS if heading not in found]
    stray = [heading for heading in found if heading not in HEADINGS]
    yield from (f"the heading {heading!r} is missing" for heading in missing)
    yield from (f"{heading!r} is none of the twelve headings" for heading in stray)
    if not missing and not stray and found != HEADINGS:
        yield f"the headings are not in their order, once each: {', '.join(HEADINGS)}"


def _differences(heading: str, written: Sequence[str], expected: Sequence[str]) -> Iterator[str]:
    known, found = set(expected), set(written)
    added: dict[str, list[str]] = defaultdict(list)
    for line in written:
        if line not in known:
            added[_key(line)].append(line)
    for line in expected:
        if line in found:
            continue
        if others := added[_key(line)]:
            yield f"{heading}: {others.pop(0)!r} stands where the estimator's folder says {line!r}"
        else:
            yield f"{heading}: {line!r} is missing"
    for line in (line for lines in added.values() for line in lines):
        if re.search(r"\d", line):
            yield f"{heading}: {line!r} holds a number that the estimator's folder does not"


def _key(line: str) -> str:
    """What a line answers: the key of an item, the first cell of a row, else nothing."""
    match line[:2]:
        case "- ":
            return line.partition(":")[0]
        case "| ":
            return line[2:].partition("|")[0]
    return ""


def _front_matter(written: str, expected: str) -> Iterator[str]:
    found = _keys(written)
    if found is None:
        yield "the front matter is missing, or is not plain keys and values in YAML"
        return
    for key, value in (_keys(expected) or {}).items():
        if key not in found:
            yield f"front matter: the key {key!r} is missing"
        elif found[key] != value:
            yield f"front matter: {key} is {found[key]!r}, the estimator's folder says {value!r}"


def _keys(text: str) -> dict[str, Any] | None:
    import yaml

    brackets = text.count("[") + text.count("{")
    dashes = max((line.count("- ") for line in text.splitlines()), default=0)
    if len(text) > LONGEST_FRONT_MATTER or max(brackets, dashes) > DEEPEST:
        return None
    try:
        # An alias can make a few lines stand for more than a memory holds.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            return None
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _digests(entry: Entry) -> Iterator[str]:
    weights, source = entry.manifest.weights, entry.manifest.source
    if weights:
        path = entry.folder / weights.file
        if not path.is_file():
            yield f"{weights.file} is missing"
        elif sha256_of(path) != weights.sha256:
            yield f"{weights.file} has another sha256 than {MANIFEST} says"
    provenance = read_provenance(entry.folder)
    original = at(provenance, "original")
    if entry.manifest.variant:
        original = at(original, "original")
    digest = at(original, "sha256")
    if digest is not None and digest != source.original_sha256:
        yield f"provenance.json: another sha256 of the original file than {MANIFEST} says"
