"""Writes the folder of drawn photographs: all of it or nothing that shows."""

import csv
import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gantei.demo.cameras import CAMERAS, Camera
from gantei.demo.drawing import camera_name, draw_photograph
from gantei.demo.people import DrawnEye, Person, person
from gantei.errors import GanteiError, OutputError
from gantei.system.files import atomic_write, ensure_folder, exclusive_lock
from gantei.system.version import __version__

MAX_PEOPLE = 20_000
"""More people than this would fill some 15 GB."""

SMALLEST = 0.1
"""The least `scale`: photographs of 140 pixels and more."""

LABELS = "labels.csv"
NOTICE = "README.txt"
UNFINISHED = ".demo-photos"
"""A folder within: what a call has drawn that is not finished, and which call that is."""
LOCK, BEGUN_BY = "lock", "begun-by.txt"
COLUMNS = ("photograph", "person", "eye", "age", "sex", "camera")

_NOTICE_TEXT = """\
The photographs in this folder are drawings. `gantei demo-photos` made them from random numbers
({call}), for testing software.

The people are invented. Their age and sex left traces in the pictures by rules that were made up
for this purpose and say nothing about eyes. Use none of this for medicine.

labels.csv: photograph (file name), person (number), eye (right, left), age (years), sex (female,
male), camera (name of an invented camera).
"""


@dataclass(frozen=True, slots=True)
class DrawnPeople:
    """What a call draws: so many people of a seed, at this share of the cameras' size.

    `cameras` are names of those that take the photographs; empty: all.
    """

    people: int
    seed: int
    scale: float = 1.0
    cameras: tuple[str, ...] = ()

    def __str__(self) -> str:
        scale = "" if self.scale == 1 else f", scale {self.scale:g}"
        cameras = f", cameras {' '.join(self.cameras)}" if self.cameras else ""
        return f"seed {self.seed}, {self.people} people{scale}{cameras}"

    def chosen_cameras(self) -> tuple[Camera, ...]:
        """The cameras themselves, in the order of `CAMERAS`."""
        return tuple(each for each in CAMERAS if not self.cameras or each.name in self.cameras)

    def check(self) -> None:
        """Refuse what cannot be drawn."""
        if not 1 <= self.people <= MAX_PEOPLE:
            raise GanteiError(f"people: from 1 to {MAX_PEOPLE} can be drawn, not {self.people}")
        if self.seed < 0:
            raise GanteiError(f"seed: a whole number from 0 on, not {self.seed}")
        if not SMALLEST <= self.scale <= 1:
            raise GanteiError(f"scale: from {SMALLEST} to 1, not {self.scale:g}")
        known = [each.name for each in CAMERAS]
        if unknown := next((each for each in self.cameras if each not in known), None):
            raise GanteiError(f"cameras: {unknown!r} is none of them: {', '.join(known)}")

    def eyes(self) -> Iterator[tuple[Person, DrawnEye]]:
        """Everybody's eyes that were photographed."""
        for number in range(1, self.people + 1):
            who = person(self.seed, number)
            for eye in who.eyes:
                yield who, eye

    def names(self) -> list[str]:
        """All files, in the order in which they are moved in place."""
        return [*(file_name(who, eye) for who, eye in self.eyes()), NOTICE, LABELS]

    def notice(self) -> str:
        """What the file beside the photographs says."""
        return _NOTICE_TEXT.format(call=self)


def file_name(person: Person, eye: DrawnEye) -> str:
    """Name of the photograph of one eye."""
    return f"person-{person.number:05d}-{eye.side}.jpg"


def draw_people(
    folder: Path,
    people: int,
    seed: int,
    *,
    scale: float = 1.0,
    cameras: Sequence[str] = (),
    progress: Callable[[int], object] = lambda done: None,
) -> Path:
    """Draw the photographs of so many invented people into a folder; return the table of labels.

    Person 7 of a seed looks the same however many are drawn. `scale` draws smaller photographs, as
    `draw_photograph` does, in less time. `cameras` are names of those that take them; empty: all.
    `progress` is called with 1 after each photograph. The
    files are made in the hidden folder `UNFINISHED` inside and moved in place at the end, the
    labels last; nothing that is there already is overwritten, and where all of it is there,
    nothing is drawn. A call that was stopped, at whatever moment, is finished by the same call,
    which keeps what was drawn. One photograph is held in memory at a time.

    Raises `OutputError` where a file of the same name exists, or another process draws into the
    folder; `GanteiError` for a number of people that is not within 1 to `MAX_PEOPLE`, a negative
    seed, a scale that is not within `SMALLEST` to 1, or a camera that is unknown.
    """
    drawn = DrawnPeople(people, seed, scale, tuple(cameras))
    drawn.check()
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder")
    unfinished = folder / UNFINISHED
    if not unfinished.exists():
        if _is_there(folder, drawn):
            return folder / LABELS
        _refuse_existing(folder, drawn.names())
    ensure_folder(unfinished)
    with exclusive_lock(unfinished / LOCK, 0, f"another process is drawing into {folder}"):
        if not _is_there(folder, drawn):
            _forget_others(unfinished, drawn)
            if not (unfinished / LABELS).exists():  # they are written last
                _refuse_existing(folder, drawn.names())
                _draw_into(unfinished, drawn, progress)
            waiting = [name for name in drawn.names() if (unfinished / name).exists()]
            _refuse_existing(folder, waiting)
            for name in waiting:
                (unfinished / name).rename(folder / name)
    shutil.rmtree(unfinished)
    return folder / LABELS


def count_photographs(people: int, seed: int) -> int:
    """Count the photographs that `draw_people` would draw; raises as it does."""
    drawn = DrawnPeople(people, seed)
    drawn.check()
    return sum(1 for _ in drawn.eyes())


def _draw_into(unfinished: Path, drawn: DrawnPeople, progress: Callable[[int], object]) -> None:
    """Draw what is missing of the photographs, then write the labels."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    cameras = drawn.chosen_cameras()
    for who, eye in drawn.eyes():
        path = unfinished / file_name(who, eye)
        if not path.exists():
            photograph = draw_photograph(drawn.seed, who, eye, scale=drawn.scale, cameras=cameras)
            with atomic_write(path) as file:
                file.write(photograph.jpeg())
        camera = camera_name(drawn.seed, who, eye, cameras)
        writer.writerow([path.name, who.number, eye.side, who.age, who.sex, camera])
        progress(1)
    with atomic_write(unfinished / LABELS) as file:
        file.write(table.getvalue().encode())


def _forget_others(unfinished: Path, drawn: DrawnPeople) -> None:
    """Remove what a call with other settings, or of another gantei, has left."""
    begun = unfinished / BEGUN_BY
    call = f"gantei {__version__}, {drawn}\n"
    if not begun.is_file() or begun.read_text("utf-8") != call:
        for path in unfinished.iterdir():
            if path.name != LOCK:
                path.unlink()
        (unfinished / NOTICE).write_text(drawn.notice(), encoding="utf-8", newline="\n")
        with atomic_write(begun) as file:
            file.write(call.encode())


def _is_there(folder: Path, drawn: DrawnPeople) -> bool:
    """Whether this very call has been made before; the labels came last."""
    try:
        same = (folder / NOTICE).read_text("utf-8") == drawn.notice()
    except (OSError, UnicodeDecodeError):
        return False
    return same and all((folder / name).is_file() for name in drawn.names())


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
