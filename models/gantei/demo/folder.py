"""Writes the folder of drawn photographs: all of it or nothing that shows."""

import csv
import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gantei.demo.drawing import camera_name, draw_photograph
from gantei.demo.people import DrawnEye, Person, person
from gantei.errors import GanteiError, OutputError
from gantei.system.files import atomic_write, ensure_folder, exclusive_lock
from gantei.system.version import __version__

MAX_PEOPLE = 20_000
"""More people than this would fill some 15 GB."""

LABELS = "labels.csv"
NOTICE = "README.txt"
UNFINISHED = ".demo-photos"
"""A folder within: what a call has drawn that is not finished, and which call that is."""
LOCK, BEGUN_BY = "lock", "begun-by.txt"
COLUMNS = ("photograph", "person", "eye", "age", "sex", "camera")

_NOTICE_TEXT = """\
The photographs in this folder are drawings. `gantei demo-photos` made them from random numbers
(seed {seed}, {people} people), for testing software.

The people are invented. Their age and sex left traces in the pictures by rules that were made up
for this purpose and say nothing about eyes. Use none of this for medicine.

labels.csv: photograph (file name), person (number), eye (right, left), age (years), sex (female,
male), camera (name of an invented camera).
"""


def file_name(person: Person, eye: DrawnEye) -> str:
    """Name of the photograph of one eye."""
    return f"person-{person.number:05d}-{eye.side}.jpg"


def draw_people(
    folder: Path,
    people: int,
    seed: int,
    progress: Callable[[int], object] = lambda done: None,
) -> Path:
    """Draw the photographs of so many invented people into a folder; return the table of labels.

    Person 7 of a seed looks the same however many are drawn. `progress` is called with 1 after
    each photograph. The files are made in the hidden folder `UNFINISHED` inside and moved in place
    at the end, the labels last; nothing that is there already is overwritten, and where all of it
    is there, nothing is drawn. A call that was stopped, at whatever moment, is finished by the same
    call, which keeps what was drawn. One photograph is held in memory at a time.

    Raises `OutputError` where a file of the same name exists, or another process draws into the
    folder; `GanteiError` for a number of people that is not within 1 to `MAX_PEOPLE` or a negative
    seed.
    """
    _check(people, seed)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder")
    unfinished = folder / UNFINISHED
    if not unfinished.exists():
        if _is_there(folder, people, seed):
            return folder / LABELS
        _refuse_existing(folder, _names(people, seed))
    ensure_folder(unfinished)
    with exclusive_lock(unfinished / LOCK, 0, f"another process is drawing into {folder}"):
        if not _is_there(folder, people, seed):
            _forget_others(unfinished, people, seed)
            if not (unfinished / LABELS).exists():  # they are written last
                _refuse_existing(folder, _names(people, seed))
                _draw_into(unfinished, people, seed, progress)
            waiting = [name for name in _names(people, seed) if (unfinished / name).exists()]
            _refuse_existing(folder, waiting)
            for name in waiting:
                (unfinished / name).rename(folder / name)
    shutil.rmtree(unfinished)
    return folder / LABELS


def count_photographs(people: int, seed: int) -> int:
    """Count the photographs that `draw_people` would draw; raises as it does."""
    _check(people, seed)
    return sum(1 for _ in _eyes(people, seed))


def _check(people: int, seed: int) -> None:
    if not 1 <= people <= MAX_PEOPLE:
        raise GanteiError(f"people: from 1 to {MAX_PEOPLE} can be drawn, not {people}")
    if seed < 0:
        raise GanteiError(f"seed: a whole number from 0 on, not {seed}")


def _draw_into(unfinished: Path, people: int, seed: int, progress: Callable[[int], object]) -> None:
    """Draw what is missing of the photographs, then write the labels."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for who, eye in _eyes(people, seed):
        path = unfinished / file_name(who, eye)
        if not path.exists():
            with atomic_write(path) as file:
                file.write(draw_photograph(seed, who, eye).jpeg())
        writer.writerow(
            [path.name, who.number, eye.side, who.age, who.sex, camera_name(seed, who, eye)]
        )
        progress(1)
    with atomic_write(unfinished / LABELS) as file:
        file.write(table.getvalue().encode())


def _forget_others(unfinished: Path, people: int, seed: int) -> None:
    """Remove what a call with another number or seed, or of another gantei, has left."""
    begun = unfinished / BEGUN_BY
    call = f"gantei {__version__}, seed {seed}, {people} people\n"
    if not begun.is_file() or begun.read_text("utf-8") != call:
        for path in unfinished.iterdir():
            if path.name != LOCK:
                path.unlink()
        notice = _notice(people, seed)
        (unfinished / NOTICE).write_text(notice, encoding="utf-8", newline="\n")
        with atomic_write(begun) as file:
            file.write(call.encode())


def _eyes(people: int, seed: int) -> Iterator[tuple[Person, DrawnEye]]:
    for number in range(1, people + 1):
        who = person(seed, number)
        for eye in who.eyes:
            yield who, eye


def _notice(people: int, seed: int) -> str:
    return _NOTICE_TEXT.format(seed=seed, people=people)


def _names(people: int, seed: int) -> list[str]:
    """All files, in the order in which they are moved in place."""
    return [*(file_name(who, eye) for who, eye in _eyes(people, seed)), NOTICE, LABELS]


def _is_there(folder: Path, people: int, seed: int) -> bool:
    """Whether this very call has been made before; the labels came last."""
    try:
        same = (folder / NOTICE).read_text("utf-8") == _notice(people, seed)
    except (OSError, UnicodeDecodeError):
        return False
    return same and all((folder / name).is_file() for name in _names(people, seed))


def _refuse_existing(folder: Path, names: Sequence[str]) -> None:
    if not folder.exists():
        return
    there = {path.name for path in folder.iterdir()}
    if clash := sorted(there.intersection(names)):
        raise OutputError(
            f"{folder} already holds {clash[0]}"
            + (f" and {len(clash) - 1} more of the files to draw" if len(clash) > 1 else "")
            + "; name a new folder, or remove them"
        )
