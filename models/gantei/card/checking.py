"""Finding what in a card is not what the estimator's folder says; works without a network."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..catalogue import Entry, shipped
from ..errors import ManifestError, UnknownEstimatorError
from ..files import sha256_of
from ..manifest_file import FILE_NAME as MANIFEST
from ..manifest_file import read_manifest
from .document import HEADINGS
from .markdown import as_markdown
from .provenance import at, read_provenance
from .writing import composed_of

FILE_NAME = "card.md"
LARGEST_FILE = 1_000_000
"""Bytes; the largest card in use has 10 thousand."""
BLANK = re.compile(r"^- [^:]+:\s*$|^-\s*$|\|\s*\|")
HEAD = "head"
Parts = dict[str, list[str]]


def check(path: Path) -> list[str]:
    """List what is wrong with a card, each in one sentence; an empty list means nothing is.

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
        return [*_card(path / FILE_NAME, entry), *_digests(entry)]
    if path.is_file() and (path.parent / MANIFEST).is_file():
        return check(path.parent)
    known = {entry.name: entry for entry in shipped()}
    if not path.is_file() or path.stem not in known:
        raise UnknownEstimatorError(
            f"{path}: neither a folder with {MANIFEST} nor the card of one of {', '.join(known)}"
        )
    return list(_card(path, known[path.stem]))


def _card(path: Path, entry: Entry) -> Iterator[str]:
    text = _read(path)
    if text is None:
        yield f"{path.name} is missing"
        return
    written, front = _divided(text)
    expected, expected_front = _divided(as_markdown(composed_of(entry)))
    yield from _front_matter(front, expected_front)
    yield from _headings([heading for heading in written if heading != HEAD])
    for heading, lines in written.items():
        for line in lines:
            if BLANK.search(line):
                yield f"{heading}: {line!r} is blank; write unknown"
        if heading in expected:
            yield from _differences(heading, lines, expected[heading])


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > LARGEST_FILE:
        raise ManifestError(f"{path}: larger than {LARGEST_FILE} bytes; no card is")
    return content.decode("utf-8", "replace")


def _divided(text: str) -> tuple[Parts, str]:
    """Divide a card into the lines under each heading, and its front matter."""
    front = ""
    if match := re.match(r"---\n(.*?)\n---\n", text, re.DOTALL):
        front, text = match[1], text[match.end() :]
    parts: Parts = {HEAD: []}
    heading = HEAD
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line[3:].strip()
            parts.setdefault(heading, [])
        elif line.strip():
            parts[heading].append(line.strip())
    return parts, front


def _headings(found: list[str]) -> Iterator[str]:
    missing = [heading for heading in HEADINGS if heading not in found]
    stray = [heading for heading in found if heading not in HEADINGS]
    yield from (f"the heading {heading!r} is missing" for heading in missing)
    yield from (f"{heading!r} is none of the twelve headings" for heading in stray)
    if not missing and not stray and tuple(found) != HEADINGS:
        yield f"the headings are not in their order: {', '.join(HEADINGS)}"


def _differences(heading: str, written: list[str], expected: list[str]) -> Iterator[str]:
    added = [line for line in written if line not in expected]
    for line in expected:
        if line in written:
            continue
        near = difflib.get_close_matches(line, added, 1)
        if near:
            added.remove(near[0])
            yield f"{heading}: {near[0]!r} stands where the estimator's folder says {line!r}"
        else:
            yield f"{heading}: {line!r} is missing"
    for line in added:
        if re.search(r"\d", line):
            yield f"{heading}: {line!r} holds a number that the estimator's folder does not"


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
