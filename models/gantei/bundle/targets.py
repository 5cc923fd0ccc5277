"""The machines that a bundle is for: which wheels they take, and which requirements hold there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import SettingError

PYTHONS = ("3.11", "3.12", "3.13")
NEWEST_GLIBC = 28
"""Wheels that ask for a newer glibc 2.x are left out: Red Hat 8 and 9, Ubuntu 20.04, Debian 11."""
OLDEST_GLIBC = 17
_MACHINES = {
    "linux-x86_64": ("x86_64", ("manylinux2014", "manylinux2010", "manylinux1")),
    "linux-aarch64": ("aarch64", ("manylinux2014",)),
}
PLATFORMS = tuple(_MACHINES)
_PINNED = (
    r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[\w,.-]+\])?==(?P<version>[\w.!+]+)"
    r"(?: *; *(?P<marker>[^\\#]+?))?(?P<hashes>(?: *--hash=sha256:[0-9a-f]{64})+) *"
)
"""A line of a list of requirements; compiled when used, as `gantei --help` reads this module."""


@dataclass(frozen=True)
class Target:
    """A kind of machine and a Python on it."""

    platform: str
    python: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Its platform's names in wheels, the newest first."""
        machine, older = _MACHINES[self.platform]
        newer = [f"manylinux_2_{minor}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
        oldest = ["manylinux_2_12", "manylinux_2_5"] if "manylinux1" in older else []
        return tuple(f"{name}_{machine}" for name in (*newer, *older, *oldest))

    def environment(self) -> dict[str, str]:
        """What the conditions of requirements ask about it."""
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": _MACHINES[self.platform][0],
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }


@dataclass(frozen=True)
class Requirement:
    """A line of a list of exact versions: name, version, condition ("" for always), hashes."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]

    def holds(self, target: Target) -> bool:
        """Whether the target needs it."""
        from packaging.markers import Marker

        return not self.marker or Marker(self.marker).evaluate(dict(target.environment()))

    def line(self, hashes: list[str]) -> str:
        """Write it for pip, with these hashes."""
        condition = f" ; {self.marker}" if self.marker else ""
        marks = "".join(f" \\\n    --hash=sha256:{each}" for each in hashes)
        return f"{self.name}=={self.version}{condition}{marks}\n"


def targets(platforms: tuple[str, ...], pythons: tuple[str, ...]) -> tuple[Target, ...]:
    """Every platform with every Python.

    Raises:
        SettingError: one of them is not known.
    """
    for given, known in ((platforms, PLATFORMS), (pythons, PYTHONS)):
        if stray := [each for each in given if each not in known]:
            raise SettingError(f"{stray[0]!r} is none of {', '.join(known)}")
    return tuple(Target(platform, python) for platform in platforms for python in pythons)


def read_requirements(text: str, where: str) -> tuple[Requirement, ...]:
    """Read a list of exact versions with hashes, as `requirements/compile.sh` writes it.

    Raises:
        SettingError: a line is anything else.
    """
    return tuple(_requirement(line, where) for line in _whole_lines(text))


def _whole_lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield re.sub(r"\s+", " ", line.strip())


def _requirement(line: str, where: str) -> Requirement:
    found = re.fullmatch(_PINNED, line)
    if not found:
        raise SettingError(f"{where}: not an exact version with sha256 hashes: {line[:80]!r}")
    hashes = re.findall(r"[0-9a-f]{64}", found["hashes"])
    return Requirement(found["name"], found["version"], found["marker"] or "", frozenset(hashes))
