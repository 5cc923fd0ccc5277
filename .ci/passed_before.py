"""A plugin of pytest: leave out the tests that an earlier run with the same versions passed.

The first run, with `--record-passed FILE`, writes the names of the tests that passed; the second,
with `--passed-before FILE`, runs the others. A test that was skipped then is no test that passed.

`--every N` runs one test in N, and of each module at least one: always the same ones, by a checksum
of their names.
"""

import zlib
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    for option in ("--record-passed", "--passed-before"):
        parser.addoption(option, type=Path, metavar="FILE")
    parser.addoption("--every", type=int, default=1, metavar="N")


class Recorder:
    """Writes the names of the tests of which every phase passed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.passed: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a phase of a test ended."""
        self.passed[report.nodeid] = self.passed.get(report.nodeid, True) and report.passed

    def pytest_sessionfinish(self) -> None:
        """Write the names."""
        names = (name for name, passed in self.passed.items() if passed)
        self.file.write_text("".join(f"{name!r}\n" for name in names), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Record in the process that the tests' reports come together in."""
    file = config.getoption("--record-passed")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(file))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has passed before, and what is not one in N."""
    if (every := config.getoption("--every")) > 1:
        chosen = _one_in(every, items)
        items[:] = [item for item in items if item.nodeid in chosen]
    file = config.getoption("--passed-before")
    if not file:
        return
    passed = set(file.read_text("utf-8").splitlines())
    before = [item for item in items if repr(item.nodeid) in passed]
    config.hook.pytest_deselected(items=before)
    items[:] = [item for item in items if repr(item.nodeid) not in passed]


def _one_in(every: int, items: list[pytest.Item]) -> set[str]:
    sums = {item.nodeid: zlib.crc32(item.nodeid.encode()) for item in items}
    modules: dict[str, list[str]] = {}
    for name in sums:
        modules.setdefault(name.partition("::")[0], []).append(name)
    least = {min(names, key=lambda name: (sums[name] % every, name)) for names in modules.values()}
    return least | {name for name, number in sums.items() if number % every == 0}
