"""A study that one machine runs, and that shards run and `gantei merge` puts together."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gantei.command_line import main

from ..conftest import made_picture
from .studies import run


def drawn_study(folder):
    """Photographs of six persons, both eyes: one cut off, copies in several folders, letters."""
    for number in range(6):
        place = folder / f"p{number}"
        place.mkdir(parents=True)
        for side in ("OD", "OS"):
            Image.fromarray(made_picture(2 * number + (side == "OS"))).save(place / f"{side}.png")
        (place / "letter.pdf").write_bytes(b"%PDF-1.7")
    cut = folder / "p2/OS.png"
    cut.write_bytes(cut.read_bytes()[:-200])
    for copy, of in (
        ("p0/again_OD.png", "p0/OD.png"),
        ("p5/other_OD.png", "p0/OD.png"),
        ("p4/cut_OS.png", "p2/OS.png"),
        ("-a=1.png", "p1/OD.png"),
    ):
        shutil.copy(folder / of, folder / copy)
    return folder


@dataclass
class ShardedStudy:
    """`photographs`, with `options`, below `folder`: `whole/` by one machine, `shards/` by many."""

    folder: Path
    photographs: Path
    options: tuple[object, ...]
    ending: str = "csv"
    of: int = 3

    def table(self, number):
        return self.folder / "shards" / f"shard-{number}.{self.ending}"

    @property
    def tables(self):
        return [self.table(number) for number in range(1, self.of + 1)]

    @property
    def whole(self):
        return self.folder / "whole" / f"all.{self.ending}"

    @property
    def merged(self):
        return self.folder / "merged" / f"all.{self.ending}"

    def run_whole(self, *options):
        self.whole.parent.mkdir(exist_ok=True)
        assert run(self.photographs, *self.options, "--out", self.whole, *options) in (0, 1)

    def run_shard(self, number, *options, of=None):
        out = self.table(number)
        out.parent.mkdir(exist_ok=True)
        words = ("--out", out, "--shard", f"{number}/{of or self.of}", *options)
        assert run(self.photographs, *self.options, *words) in (0, 1)

    def run_shards(self, *options):
        for number in range(1, self.of + 1):
            self.run_shard(number, *options)

    def merge(self, *options, tables=None, out=None):
        """Merge, and give the exit code; the tables come in another order than their numbers."""
        out = out or self.merged
        out.parent.mkdir(exist_ok=True)
        given = self.tables[::-1] if tables is None else tables
        return main(["merge", *map(str, given), "--out", str(out), *map(str, options)])

    def refused(self, capsys, *options, tables=None):
        """What a merge says that is refused; nothing is written, and no shard is changed."""
        before = {path: path.read_bytes() for path in self.table(1).parent.iterdir()}
        capsys.readouterr()
        assert self.merge(*options, tables=tables) == 2
        assert not [*self.merged.parent.iterdir()]
        assert {path: path.read_bytes() for path in self.table(1).parent.iterdir()} == before
        return capsys.readouterr().err

    def check_same(self, whole=None, merged=None):
        """See that both folders have the same files of the same bytes, but for durations."""
        whole, merged = whole or self.whole.parent, merged or self.merged.parent
        expected, found = (contents(folder) for folder in (whole, merged))
        assert found.keys() == expected.keys()
        for name, content in expected.items():
            assert found[name] == content, name


def three_shards(folder, estimator):
    """The study of persons by folders, once its three shards have run."""
    study = ShardedStudy(
        folder, drawn_study(folder / "photographs"), ("--persons", "folders", "--with", estimator)
    )
    study.run_shards()
    return study


def change_manifest(table, change):
    """Change the run manifest of a table by a function of it."""
    path = table.with_name(f"{table.name}.run.json")
    manifest = json.loads(path.read_text("utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), "utf-8")


def contents(folder):
    """The bytes of every file; of a run manifest what it says of anything but this one run."""
    return {
        path.relative_to(folder).as_posix(): (
            _told(path) if path.name.endswith(".run.json") else path.read_bytes()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _told(path):
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["summary"]["seconds_of_last_process"]
    for key in ("shards", "shard_stamps_sha256", "stamps_sha256"):
        manifest.pop(key, None)
    return json.dumps(manifest, indent=1)
