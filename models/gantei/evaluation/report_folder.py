"""A folder that appears whole or not at all, and replaces only a report of an earlier evaluation.

It is made under a hidden name beside, and renamed at the end. What a run that was killed has left
there is finished by the next one as far as it is the table of its photographs, and else removed.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputError
from ..system.files import exclusive_lock, read_bounded

RESULTS = "results.csv"
"""The table of the photographs' estimates, where the evaluation made it; its files begin so."""
FORMAT = "gantei evaluation"
"""What `metrics.json` says it is, by which a folder is known as a report."""
METRICS_JSON = "metrics.json"
_MARK = ".unfinished-report"
_LARGEST = 100_000_000


@contextmanager
def report_folder(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder to write into, which takes its name `out` when the block ends well.

    After an error only the results of photographs are kept, under the hidden name, for the next
    call.

    Args:
        out: where the report appears; the folder above it is there.
        overwrite: replace a report that is there; nothing else is ever replaced.

    Raises:
        OutputError: `out` is there, cannot be written, or another process writes it.
    """
    check_place(out, overwrite=overwrite)
    unfinished = out.with_name(f".{out.name}.unfinished")
    lock = out.with_name(f".{out.name}.lock")
    with exclusive_lock(lock, 0, f"another process is writing {out}; wait for it"):
        check_place(out, overwrite=overwrite)
        try:
            _begin(unfinished)
            try:
                yield unfinished
                (unfinished / _MARK).unlink()
                _put_in_place(unfinished, out)
            except BaseException:
                _keep_results(unfinished)
                raise
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            raise OutputError(f"{out}: cannot be written: {error.strerror or error}") from error


def check_place(out: Path, *, overwrite: bool = False) -> None:
    """Refuse a place that cannot become a report, before any work.

    Raises:
        OutputError: what is wrong with it.
    """
    if not out.name or not out.parent.is_dir():
        raise OutputError(f"{out}: cannot be made: name a folder in one that exists")
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_dir():
        raise OutputError(f"{out} is there and is no folder; choose another --out")
    if not is_report(out):
        if any(out.iterdir()):
            raise OutputError(
                f"{out} is a folder with something else than a report of gantei evaluate; choose "
                "another --out"
            )
    elif not overwrite:
        raise OutputError(
            f"{out} holds a report; choose another --out, or replace it with --overwrite"
        )


def is_report(folder: Path) -> bool:
    """Whether an evaluation wrote this folder."""
    try:
        told = json.loads(read_bounded(folder / METRICS_JSON, _LARGEST, OutputError))
    except (OutputError, ValueError):
        return False
    return isinstance(told, dict) and told.get("format") == FORMAT


def _begin(unfinished: Path) -> None:
    ours = (unfinished / _MARK).is_file() or is_report(unfinished)  # killed before its last rename
    if unfinished.is_symlink() or (unfinished.exists() and not ours):
        raise OutputError(f"{unfinished} is in the way and is not gantei's; move it")
    unfinished.mkdir(exist_ok=True)
    (unfinished / _MARK).touch()
    _remove_all_but_results(unfinished)


def _put_in_place(unfinished: Path, out: Path) -> None:
    if not out.exists():
        unfinished.rename(out)
        return
    replaced = out.with_name(f".{out.name}.replaced")
    if replaced.exists():  # of a call that was killed between the two renames below
        shutil.rmtree(replaced)
    out.rename(replaced)
    unfinished.rename(out)
    shutil.rmtree(replaced)


def _keep_results(unfinished: Path) -> None:
    if not unfinished.is_dir():
        return
    (unfinished / _MARK).touch()
    _remove_all_but_results(unfinished)
    if not any(path.name != _MARK for path in unfinished.iterdir()):
        shutil.rmtree(unfinished)


def _remove_all_but_results(unfinished: Path) -> None:
    for path in unfinished.iterdir():
        if path.name == _MARK or path.name.lstrip(".").startswith(RESULTS):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
