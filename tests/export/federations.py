"""A federation of three sites to test with: their keys, drawn photographs, and commands."""

import csv
import functools
import os
import shutil
import sys
from contextlib import contextmanager

import numpy as np
from PIL import Image

from gantei.command_line import FAILED, parser
from gantei.errors import GanteiError
from gantei.manifests.file import FILE_NAME

from ..conftest import REGRESSION, made_picture, manifest_tables
from ..explained import explained_network
from ..signed import Publisher

SITES = ("a", "b", "c")
PEOPLE = 15
"""People of a site; the embedding is 3 wide, so that all together are many more than it is wide."""


def draw_site(folder, number, *, people=PEOPLE, kind="classes"):
    """Draw photographs of a site's people, with labels that their colour tells in part.

    Every third person has two. Persons are called by names that must not leave.
    """
    draw = np.random.default_rng(1000 + number)
    rows = []
    (folder / "photographs").mkdir(parents=True)
    for person in range(people):
        positive = person % 2 == 0
        for side in ("left", "right")[: 2 if person % 3 == 0 else 1]:
            shift = 25 * (1 if positive else -1) + draw.integers(-30, 30) + 5 * number
            picture = made_picture(int(draw.integers(1 << 30))).astype(np.int16)
            picture[..., 0] += shift
            name = f"yamada-{number}{person:02d}-{side}.png"
            Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(
                folder / "photographs" / name
            )
            value = ("yes" if positive else "no") if kind == "classes" else f"{40 + shift / 5:.1f}"
            rows.append(
                (name, f"Yamada Hanako {number}{person:02d}", value, str(30 + 3 * person % 90))
            )
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("photograph", "person", "cataract", "age"), *rows])
    return rows


def make_base(folder, name="base"):
    """Make an estimator with an embedding of three numbers, the mean colours."""
    import tomli_w

    weights = explained_network("age")
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(weights)
    tables = manifest_tables(name, {"age": REGRESSION}, weights)
    (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
    return folder


@contextmanager
def home(folder):
    """Let `GANTEI_HOME` be a folder."""
    before = os.environ.get("GANTEI_HOME")
    os.environ["GANTEI_HOME"] = str(folder)
    try:
        yield folder
    finally:
        del os.environ["GANTEI_HOME"]
        if before is not None:
            os.environ["GANTEI_HOME"] = before


known_parser = functools.cache(parser)


def run(words):
    """Run a command as `main` does, whose parser takes longer to build than the command."""
    chosen = known_parser().parse_args(words)
    try:
        return chosen.run(chosen)
    except GanteiError as error:
        sys.stderr.write(f"gantei: {error}\n")
        return FAILED


class Federation:
    """Three sites and a coordinator, each with a key and a folder, on one machine."""

    def __init__(self, folder, *, kind="classes", people=PEOPLE):
        self.folder = folder
        self.base = make_base(folder / "estimators/base")
        self.coordinator = Publisher(folder / "coordinator")
        self.keys = {name: Publisher(folder / f"site-{name}" / "keys") for name in SITES}
        for name, each in {"coordinator": self.coordinator, **self.keys}.items():
            each.public = each.public.rename(each.public.with_name(f"{name}.pub"))
        self.words = (
            ["--classes", "no,yes", "--penalties", "3"]  # of several, more people are needed
            if kind == "classes"
            else ["--unit", "mmHg"]
        )
        self.rows = {
            name: draw_site(folder / f"site-{name}", number, people=people, kind=kind)
            for number, name in enumerate(SITES)
        }

    def start(self, *more, out="round-0"):
        """Write round 0."""
        key = ["--key", str(self.coordinator.key)]
        target = ["--target", "cataract", *self.words]
        where = ["--out", str(self.folder / out)]
        return run(["federate", "start", "--with", str(self.base), *target, *key, *where, *more])

    def site(self, name, *more, round=0, out=None, trust=None):
        """Let a site answer a round."""
        own = self.folder / f"site-{name}"
        others = [self.coordinator, *self.keys.values()] if trust is None else trust
        words = ["federate", "site", str(self.folder / f"round-{round}"), str(own / "photographs")]
        words += ["--labels", str(own / "labels.csv"), "--with", str(self.base)]
        words += ["--key", str(self.keys[name].key), "--trust", *(str(k.public) for k in others)]
        words += ["--out", str(self.answer(name, round) if out is None else out)]
        return run([*words, *more])

    def install(self, round, name, *more, trust=None):
        """Install what was learnt."""
        keys = [self.coordinator, *self.keys.values()] if trust is None else trust
        words = ["federate", "install", str(self.folder / f"round-{round}"), "--name", name]
        words += ["--with", str(self.base), "--trust", *(str(each.public) for each in keys)]
        return run([*words, *more])

    def answer(self, name, round):
        """Where a site's answer is."""
        return self.folder / f"answers/site-{name}-{round}"

    def sites(self, round=0):
        """Let all sites answer a round."""
        for name in SITES:
            assert self.site(name, round=round) == 0

    def combine(self, *more, round=0, answers=None, out=None, trust=None):
        """Combine the answers to a round."""
        folders = answers or [self.answer(name, round) for name in SITES]
        keys = self.keys.values() if trust is None else trust
        words = ["federate", "combine", *map(str, folders), "--key", str(self.coordinator.key)]
        words += ["--trust", *(str(each.public) for each in keys)]
        words += ["--out", str(out or self.folder / f"round-{round + 1}")]
        return run([*words, *more])

    def restart(self, round):
        """Send a round again."""
        words = ["federate", "restart", str(self.folder / f"round-{round}")]
        words += ["--key", str(self.coordinator.key)]
        return run([*words, "--out", str(self.folder / f"round-{round}-again")])

    def copy(self, folder):
        """Copy a federation with all that is in its folder."""
        shutil.copytree(self.folder, folder)
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.folder = folder
        return other

    def finish(self):
        """Go on to the end, and give the number of the last round."""
        assert self.start() == 0
        for round in range(40):
            self.sites(round)
            code = self.combine(round=round)
            assert code in (0, 1)
            if code == 0:
                return round + 1
        raise AssertionError("it did not converge")
