"""Writes the folder of drawn photographs: all of it or nothing."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from gantei.demo.drawing import draw_photograph
from gantei.demo.people import DrawnEye, Person, person
from gantei.errors import GanteiError, OutputError

MAX_PEOPLE = 20_000
"""More people than this would fill some 15 GB."""

LABELS = "labels.csv"
NOTICE = "README.txt"
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
    each photograph. The files are made in a hidden folder inside and moved in place at the end,
    the labels last; nothing that is there already is overwritten, and where all of it is there,
    nothing is drawn. One photograph is held in memory at a time.

    Raises `OutputError` where a file of the same name exists, `GanteiError` for a number of
    people that is not within 1 to `MAX_PEOPLE` or a negative seed.
    """
    _check(people, seed)
    if _is_there(folder, people, seed):
        return folder / LABELS
    _refuse_existing(folder, people, seed)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".drawing-", dir=folder) as name:
        staging = Path(name)
        names = [*_draw_into(staging, people, seed, progress), NOTICE, LABELS]
        _refuse_existing(folder, people, seed)
        for file in names:
            (staging / file).rename(folder / file)
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


def _draw_into(
    staging: Path, people: int, seed: int, progress: Callable[[int], object]
) -> Iterator[str]:
    """Draw all files into a folder; yield the photographs' names."""
    with (staging / LABELS).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for who, eye in _eyes(people, seed):
            photograph = draw_photograph(seed, who, eye)
            name = file_name(who, eye)
            (staging / name).write_bytes(photograph.jpeg())
            table.writerow([name, who.number, eye.side, who.age, who.sex, photograph.camera])
            progress(1)
            yield name
    text = _notice(people, seed)
    (staging / NOTICE).write_text(text, encoding="utf-8", newline="\n")


def _eyes(people: int, seed: int) -> Iterator[tuple[Person, DrawnEye]]:
    for number in range(1, people + 1):
        who = person(seed, number)
        for eye in who.eyes:
            yield who, eye


def _notice(people: int, seed: int) -> str:
    return _NOTICE_TEXT.format(seed=seed, people=people)


def _is_there(folder: Path, people: int, seed: int) -> bool:
    """Whether this very call has been made before; the labels came last."""
    try:
        same = (folder / NOTICE).read_text("utf-8") == _notice(people, seed)
    except (OSError, UnicodeDecodeError):
        return False
    names = (LABELS, *(file_name(who, eye) for who, eye in _eyes(people, seed)))
    return same and all((folder / name).is_file() for name in names)


def _refuse_existing(folder: Path, people: int, seed: int) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder")
    if not folder.exists():
        return
    there = {path.name for path in folder.iterdir()}
    ours = {file_name(who, eye) for who, eye in _eyes(people, seed)} | {LABELS, NOTICE}
    if clash := sorted(there & ours):
        raise OutputError(
            f"{folder} already holds {clash[0]}"
            + (f" and {len(clash) - 1} more of the files to draw" if len(clash) > 1 else "")
            + "; name a new folder, or remove them"
        )
