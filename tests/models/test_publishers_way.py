"""A publisher's way from the file of a network to the Hub, the manifest edited as a person does."""

import re
import shutil
from pathlib import Path

import pytest

pytest.importorskip("h5py", reason="needs the extra convert")

from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import SettingError
from gantei.publish.publishing import prepare_publication
from gantei.pull.fetching import pull_estimator

from ..sources import TOP

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes")
FILE = TOP / "tests/export/data/tf215-sequential.h5"
KNOWN = {
    "publisher": "Example University",
    "licence": "cc-by-4.0",
    "terms": "CC BY 4.0",
    "redistribution": "allowed under CC BY 4.0",
    "population": "adults who came for a health check",
    "split": "by person",
}
REPORTED = {
    "metric": '"AUC"',
    "value": "0.9",
    "unit": '"fraction"',
    "data": '"1,000 people"',
    "source": '"a paper"',
    "interval": '"0.88 to 0.92"',
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An estimator just imported from a publisher's file, and some drawn photographs."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(FILE, "sex.h5")
    drawn = ["demo-photos", "photographs", "--people", "2", "--seed", "5", "--scale", "0.3"]
    assert main(drawn) == 0
    said = ["--set", "output.sex.classes=female,male", "--because", "our training code"]
    assert main(["import", "my-sex", "sex.h5", "--task", "sex", *said]) == 0
    return find("my-sex").folder


def edit(folder, values, table=None, filled=()):
    """Edit the manifest in a text editor: fill values in, and take the # away from a table."""
    path = folder / "estimator.toml"
    lines = path.read_text("utf-8").splitlines()
    if table:
        start = lines.index(f"# {table}")
        for place in range(start, start + 1 + len(filled)):
            lines[place] = lines[place].removeprefix("# ")
            if key := re.match(r"(\w+) = ", lines[place]):
                lines[place] = f"{key[1]} = {filled[key[1]]}"
    for key, value in values.items():
        (place,) = (at for at, line in enumerate(lines) if line == f'{key} = "unknown"')
        lines[place] = f'{key} = "{value}"'
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_all_that_is_missing_stands_in_one_list(folder):
    (folder / "notes.txt").write_text("mine")
    edit(folder, {"population": "adults"})
    with pytest.raises(SettingError) as refused:
        prepare_publication(folder)
    listed = str(refused.value).split("\n- ")
    assert listed[0] == f"{folder} is not published:"
    assert [bool(re.search(word, line)) for word, line in zip(
        ["passed on is 'unknown'", "notes.txt; take it away", "gantei card .* writes it anew"],
        listed[1:], strict=True,
    )] == [True] * 3  # fmt: skip


def test_what_is_unknown_stands_in_the_list_with_how_to_settle_it(folder):
    assert main(["import", "bare", "sex.h5", "--task", "sex"]) == 0
    with pytest.raises(SettingError, match=r"unknown.*output.sex.classes.*gantei set bare"):
        prepare_publication(find("bare").folder)


def test_golden_photographs_are_asked_for(folder):
    assert main(["import", "my-sex", "sex.h5", "--task", "sex", "--replace", "--no-golden"]) == 0
    with pytest.raises(SettingError, match=r"\[\[golden\]\].*gantei golden my-sex"):
        prepare_publication(folder)


def test_the_manifest_is_filled_in_published_and_pulled_by_a_stranger(
    folder,
    hub,
    monkeypatch,
    capsys,
):
    assert main(["golden", "my-sex", *map(str, sorted(Path("photographs").glob("*.jpg")))]) == 0
    edit(folder, KNOWN, "[[reported]]", REPORTED)
    assert main(["card", "my-sex", "--format", "markdown", "--out", str(folder / "card.md")]) == 0
    assert "0.88 to 0.92" in (folder / "card.md").read_text("utf-8")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.token = "hf_secret"
    hub.repositories["org/eyes"] = {"0" * 40: {".gitattributes": b""}}
    hub.branches["org/eyes", "main"] = "0" * 40
    assert main(["publish", str(folder), "--to", "hf:org/eyes", "--yes"]) == 0
    source = capsys.readouterr().out.split("--from ")[1].strip()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["remove", "my-sex"]) == 0
    pull_estimator("my-sex", source)
    assert {path.name: path.read_bytes() for path in find("my-sex").folder.iterdir()} == before
    (figure,) = find("my-sex").manifest.reported
    assert (figure.metric, figure.value, figure.interval) == ("AUC", 0.9, "0.88 to 0.92")


def test_a_table_that_is_only_half_filled_in_is_refused_with_its_place(folder):
    half = REPORTED | {"metric": '""'}
    edit(folder, {}, "[[reported]]", half)
    with pytest.raises(Exception, match=r"reported.*metric"):
        find("my-sex")
    path = folder / "estimator.toml"
    path.write_text(path.read_text("utf-8").replace("value = 0.9", "value = …"), "utf-8")
    with pytest.raises(Exception, match=r"not TOML: .*line"):
        find("my-sex")


def test_what_was_filled_in_stays_when_a_fact_is_set(folder):
    edit(folder, KNOWN, "[[reported]]", REPORTED)
    assert main(["set", "my-sex", "input.resampling=nearest", "--because", "the paper"]) == 0
    manifest = find("my-sex").manifest
    assert manifest.source.publisher == "Example University"
    assert manifest.reported[0].value == 0.9
    assert "# Who published it.\n" in (folder / "estimator.toml").read_text("utf-8")
