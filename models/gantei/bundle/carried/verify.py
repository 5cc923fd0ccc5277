"""Compare every file of this bundle with SHA256SUMS. Needs Python 3.9 or newer, nothing else.

    python3 verify.py [FOLDER] [--digest SHA256]

Exit code: 0 every file is as it was made, 1 something differs, 2 nothing could be compared.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    del sys.path[0]  # this folder: a file that was added to it is to be named, not run

import argparse
import hashlib
import os
import re

SUMS = "SHA256SUMS"
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
BLOCK = 1 << 20


class UnreadableError(Exception):
    """SHA256SUMS is missing or is no list of sums."""


def sha256(path: str) -> str:
    """Digest of a file's content."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()


def expected(folder: str) -> dict[str, str]:
    """Map every listed name to its sum."""
    try:
        with open(os.path.join(folder, SUMS), encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError("{}: {}".format(SUMS, error)) from error
    found = [LINE.fullmatch(line) for line in lines]
    if not lines or None in found:
        raise UnreadableError(f"{SUMS}: not a list of sums")
    return {line.group(2): line.group(1) for line in found if line}


def present(folder: str) -> dict[str, bool]:
    """Map every name in the folder to whether it is a plain file."""
    names = {}
    for place, folders, files in os.walk(folder):
        for name in files + [each for each in folders if os.path.islink(os.path.join(place, each))]:
            path = os.path.join(place, name)
            plain = os.path.isfile(path) and not os.path.islink(path)
            names[os.path.relpath(path, folder).replace(os.sep, "/")] = plain
    names.pop(SUMS, None)
    return names


def differences(folder: str) -> tuple[list[tuple[str, str]], int]:
    """Give what differs, as (what, name), and how many files are listed."""
    listed, there = expected(folder), present(folder)
    found = [("missing", name) for name in listed.keys() - there.keys()]
    found += [("added", name) for name in there.keys() - listed.keys()]
    for name in sorted(listed.keys() & there.keys()):
        if not there[name]:
            found.append(("no plain file", name))
        elif sha256(os.path.join(folder, *name.split("/"))) != listed[name]:
            found.append(("altered", name))
    return sorted(found), len(listed)


def main() -> int:
    """Compare, print, and give the exit code."""
    parser = argparse.ArgumentParser(description="Compare every file of a bundle with SHA256SUMS.")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("folder", nargs="?", default=here, help="default: where this file stands")
    parser.add_argument("--digest", help="sha256 of SHA256SUMS, as its maker told you")
    chosen = parser.parse_args()
    try:
        found, count = differences(chosen.folder)
        digest = sha256(os.path.join(chosen.folder, SUMS))
    except (UnreadableError, OSError) as error:
        sys.stderr.write(f"verify.py: {error}\n")
        return 2
    if chosen.digest and chosen.digest.lower() != digest:
        found.insert(0, ("not the maker's", SUMS))
    for what, name in found:
        # A name from a stranger's disk must not steer the terminal.
        sys.stdout.write("{:16}{}\n".format(what, ascii(name)[1:-1]))
    sys.stdout.write(
        f"{count} files listed, {len(found)} differences; sha256 of {SUMS}: {digest}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
