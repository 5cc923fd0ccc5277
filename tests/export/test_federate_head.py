"""Three sites learn a head together, from the start to an installed estimator, in files."""

import json
import os
import stat

import numpy as np
import pytest

import gantei
from gantei.catalogue.entries import find
from gantei_export.federating.site_state import federations_folder

from .federations import SITES, Federation, home

pytest.importorskip("cryptography")
pytest.importorskip("sklearn", reason="needs the extra study")


@pytest.fixture(scope="module", params=["classes", "number"])
def ended(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("federation")
    federation = Federation(folder / "files", kind=request.param)
    with home(folder / "home"):
        return federation, federation.finish()


@pytest.fixture
def finished(ended, monkeypatch):
    """A federation that went to its end, on the machine that it went on, and its last round."""
    monkeypatch.setenv("GANTEI_HOME", str(ended[0].folder.parent / "home"))
    return ended


def messages(federation):
    """Every folder that left a machine."""
    rounds = sorted(federation.folder.glob("round-*"))
    return rounds + sorted((federation.folder / "answers").iterdir())


def test_it_ends_and_every_site_installs_the_same_estimator(finished, capsys):
    federation, last = finished
    assert last <= 13
    assert federation.install(last, "ours") == 0
    first = find("ours").manifest
    assert first.adapted.sites == 3
    assert (first.adapted.people, first.adapted.photographs) == (45, 60)
    with home(federation.folder / "another-machine"):
        assert federation.install(last, "ours") == 0
        assert find("ours").manifest.weights.sha256 == first.weights.sha256
        assert "ours: installed in" in capsys.readouterr().out


def test_what_was_learnt_tells_the_labels_of_people_at_every_site(finished):
    federation, last = finished
    if not (federations_folder().parent / "estimators/told").exists():
        assert federation.install(last, "told") == 0
    estimator = gantei.load("told", "cpu")
    for name in SITES:
        rows = federation.rows[name]
        folder = federation.folder / f"site-{name}/photographs"
        found = estimator.predict([str(folder / row[0]) for row in rows])
        values = np.array([next(iter(each.values.values())) for each in found])
        labels = np.array([{"yes": 1, "no": 0}.get(row[2]) for row in rows], object)
        if labels[0] is None:
            truths = np.array([float(row[2]) for row in rows])
            assert np.corrcoef(values, truths)[0, 1] > 0.5
        else:
            assert values[labels == 1].mean() > values[labels == 0].mean() + 0.1


def test_no_byte_that_leaves_a_site_tells_a_name_a_path_or_a_row(finished):
    """Every file of every message, against names, persons, paths and numbers of every row."""
    federation, _ = finished
    secrets = {str(federation.folder), "yamada", "hanako", "photographs/", "labels.csv", ".png"}
    secrets |= {row[1].casefold() for rows in federation.rows.values() for row in rows}
    secrets |= {row[0].casefold() for rows in federation.rows.values() for row in rows}
    rows = [np.load(each) for each in federations_folder().glob("*/*/embeddings.npy")]
    assert [each.shape for each in rows] == [(20, 3)] * 3
    needles = {each.encode() for each in secrets}
    for row in np.concatenate(rows):
        # Four bytes alone are found by accident in numbers that look drawn.
        needles |= {row.astype(form).tobytes() for form in ("<f4", ">f4")}
        for number in row:
            needles |= {np.array(number, form).tobytes() for form in ("<f8", ">f8")}
            needles |= {repr(float(number)).encode(), f"{number:.6f}".encode()}
            unmasked = round(float(number) * 2**64) % 2**128
            needles |= {unmasked.to_bytes(16, "little"), unmasked.to_bytes(16, "big")}
    files = [each for one in messages(federation) for each in one.rglob("*") if each.is_file()]
    assert len(files) > 20
    for file in files:
        content = file.read_bytes()
        assert not [one for one in needles if one in content or one in content.lower()], file


def test_what_leaves_a_site_is_its_counts_and_numbers_that_look_drawn(finished):
    federation, last = finished
    for round in range(1, last):
        for name in SITES:
            folder = federation.answer(name, round)
            told = json.loads((folder / "federation.json").read_bytes())
            assert {*told} == {
                "arrays", "attempt", "federation", "format", "kind", "mask_key", "people",
                "photographs", "round", "to", "weights_sha256",
            } - {"format"}  # fmt: skip
            assert [each["name"] for each in told["arrays"]] == ["masked_sums"]
            content = np.frombuffer((folder / "sums.bin").read_bytes(), np.uint8)
            bits = np.unpackbits(content)
            assert abs(bits.mean() - 0.5) < 5 * 0.5 / np.sqrt(len(bits))


def test_what_a_site_keeps_is_for_its_user_alone(finished):
    if os.name != "posix":
        pytest.skip("no such rights")
    folders = [each.parent for each in federations_folder().glob("*/*/site.json")]
    assert len(folders) == 3
    for folder in folders:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in (folder / "site.json", folder / "embeddings.npy"):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_site_is_told_all_that_leaves_and_with_whom_it_is_added_up(finished, capsys):
    federation, last = finished
    federation.site("a", round=last - 1, out=federation.folder / "again")
    said = capsys.readouterr().out
    assert f"the answer to round {last - 1}, attempt 1, the same bytes as before" in said
    assert "people: 15; photographs: 20" in said
    assert "masked: without those of all other sites they are random" in said
    assert "45 people in total" in said
    given, again = federation.answer("a", last - 1), federation.folder / "again"
    for file in given.iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes()


def test_the_last_round_is_not_answered(finished, capsys):
    federation, last = finished
    assert federation.site("a", round=last, out=federation.folder / "no") == 2
    assert "is the last round; install what was learnt" in capsys.readouterr().err


def test_a_round_before_the_last_is_not_installed(finished, capsys):
    federation, last = finished
    assert federation.install(last - 1, "early") == 2
    assert "and not the last one" in capsys.readouterr().err
