"""A folder that appears whole or not at all, and replaces only an earlier report of its kind.

It is made under a hidden name beside, and renamed at the end. What a run that was killed has left
there is finished by the next one as far as it is the table of its photographs, and else removed.
Only what an earlier report still lists in its `SHA256SUMS` is ever deleted, and only by the command
that wrote it.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ..errors import OutputError
from ..system.files import exclusive_lock, read_bounded
from .report_sums import not_written, write_sums

RESULTS = "results.csv"
"""The table of the photographs' estimates, where the evaluation made it; its files begin so."""
FORMAT = "gantei evaluation"
"""What `metrics.json` says it is, by which a folder is known as a report of `gantei evaluate`."""
METRICS_JSON = "metrics.json"
REPORT_JSON = "report.json"
"""The same of a report of any other command."""
EVALUATE = "evaluate"
ResultsOfReport = Literal["made", "kept", "none"]
"""Whether the block makes the results of photographs, takes those of the replaced report, or has
other ones."""
_MARK = ".unfinished-report"
_LARGEST = 100_000_000


def format_of(command: str) -> str:
    """Give what the JSON file of a report says it is, by which its folder is known.

    >>> from gantei.evaluation.report_folder import format_of
    >>> format_of("gap")
    'gantei gap'
    """
    return FORMAT if command == EVALUATE else f"gantei {command}"


@contextmanager
def report_folder(
    out: Path,
    *,
    overwrite: bool = False,
    results: ResultsOfReport = "made",
    command: str = EVALUATE,
) -> Iterator[Path]:
    """Give a folder to write into, which takes its name `out` when the block ends well.

    It is empty but for the results of photographs, if `made`, that an unfinished evaluation or the
    replaced report has. After an error only they are kept, under the hidden name, for the next
    call.

    Args:
        out: where the report appears; the folder above it is there.
        overwrite: replace a report that is there; nothing else is ever replaced.
        results: whether the block makes results; `kept` are copied from the replaced report.
        command: of gantei that makes the report; only one of the same command is replaced.

    Raises:
        OutputError: `out` is there, cannot be written, or another process writes it.
    """
    with _told(out):
        check_place(out, overwrite=overwrite, command=command)
    lock = out.with_name(f".{out.name}.lock")
    with exclusive_lock(lock, 0, f"another process is writing {out}; wait for it"), _told(out):
        check_place(out, overwrite=overwrite, command=command)
        _check_results(out, results)
        unfinished, replaced = _hidden(out)
        _begin(unfinished, results, command)
        try:
            if results == "made" and not (unfinished / RESULTS).exists():
                _copy_results(out, unfinished)
            yield unfinished
            if results == "kept":
                _copy_results(out, unfinished)
            (unfinished / _MARK).unlink()
            write_sums(unfinished)
            check_place(out, overwrite=overwrite, command=command)  # hours later
            _put_in_place(unfinished, out, replaced)
        except BaseException:
            _keep_results(unfinished, results)
            raise


def check_place(out: Path, *, overwrite: bool = False, command: str = EVALUATE) -> None:
    """Refuse a place that cannot become a report, before any work.

    Raises:
        OutputError: what is wrong with it.
    """
    if not out.name or not out.parent.is_dir():
        raise OutputError(f"{out}: cannot be made: name a folder in one that exists")
    replaced = _hidden(out)[1]
    if replaced.is_symlink() or (replaced.exists() and not_written(replaced)):
        raise OutputError(f"{replaced} is in the way and is not gantei's; move it")
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_dir():
        raise OutputError(f"{out} is there and is no folder; choose another --out")
    if not is_report(out, command):
        if any(out.iterdir()):
            raise OutputError(
                f"{out} is a folder with something else than a report of gantei {command}; choose "
                "another --out"
            )
    elif not overwrite:
        raise OutputError(
            f"{out} holds a report; choose another --out, or replace it with --overwrite"
        )
    elif others := not_written(out):
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise OutputError(
            f"{out}: holds {', '.join(others[:3])}{more}, which gantei {command} has not "
            "written, or not so, and which --overwrite would delete; move it, or choose another "
            "--out"
        )


def is_report(folder: Path, command: str = EVALUATE) -> bool:
    """Whether this command of gantei wrote this folder."""
    name = METRICS_JSON if command == EVALUATE else REPORT_JSON
    try:
        told = json.loads(read_bounded(folder / name, _LARGEST, OutputError))
    except (OutputError, ValueError):
        return False
    return isinstance(told, dict) and told.get("format") == format_of(command)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Tell of an error of the system with the place."""
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{out}: cannot be written: {error.strerror or error}") from error


def _hidden(out: Path) -> tuple[Path, Path]:
    return out.with_name(f".{out.name}.unfinished"), out.with_name(f".{out.name}.replaced")


def _begin(unfinished: Path, results: ResultsOfReport, command: str) -> None:
    killed_before_its_last_rename = is_report(unfinished, command)
    ours = (unfinished / _MARK).is_file() or killed_before_its_last_rename
    if unfinished.is_symlink() or (unfinished.exists() and not ours):
        raise OutputError(f"{unfinished} is in the way and is not gantei's; move it")
    if results != "made" and (unfinished / RESULTS).exists():
        raise OutputError(
            f"{unfinished} holds estimates of photographs whose evaluation did not end; repeat it, "
            "delete that folder, or choose another --out"
        )
    unfinished.mkdir(exist_ok=True)
    (unfinished / _MARK).touch()
    _remove_all_but_results(unfinished)


def _check_results(out: Path, results: ResultsOfReport) -> None:
    if results == "none" and (out / RESULTS).exists():
        raise OutputError(
            f"{out}: holds {RESULTS}, the estimates of its photographs, which --overwrite would "
            "delete; move it with the files that begin so, or choose another --out"
        )


def _copy_results(out: Path, unfinished: Path) -> None:
    for path in out.glob(f"{RESULTS}*"):
        shutil.copy2(path, unfinished / path.name)


def _put_in_place(unfinished: Path, out: Path, replaced: Path) -> None:
    if out.exists():
        if replaced.exists():  # of a call that was killed between the two renames below
            shutil.rmtree(replaced)
        out.rename(replaced)
    unfinished.rename(out)
    if replaced.exists():
        shutil.rmtree(replaced)


def _keep_results(unfinished: Path, results: ResultsOfReport) -> None:
    if not unfinished.is_dir():
        return
    (unfinished / _MARK).touch()
    _remove_all_but_results(unfinished)
    if results != "made" or not any(path.name != _MARK for path in unfinished.iterdir()):
        shutil.rmtree(unfinished)


def _remove_all_but_results(unfinished: Path) -> None:
    for path in unfinished.iterdir():
        if path.name == _MARK or path.name.lstrip(".").startswith(RESULTS):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
