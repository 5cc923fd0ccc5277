"""Calibrations signed, listed, and taken to another machine."""

import json
import shutil

import pytest

from gantei.calibrations.calibration_copies import install_calibration
from gantei.calibrations.calibration_file import FILE_NAME, calibration_json
from gantei.calibrations.calibration_signing import check_calibration
from gantei.calibrations.calibration_store import (
    calibration_folder,
    open_calibration,
    save_calibration,
)
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import AlreadyInstalledError, CalibrationError, OutputError, SignatureError
from gantei.signing.contents import SIGNATURE_FILE

from ..calibrated import calibration_of

AGE = find("demo-age").manifest
CLINIC = calibration_of(AGE)
SHA256 = AGE.weights.sha256


@pytest.fixture
def brought(tmp_path):
    """The folder of a calibration from elsewhere."""
    folder = tmp_path / "brought"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(calibration_json(CLINIC))
    return folder


def run(*arguments):
    return main([*map(str, arguments)])


@pytest.fixture
def signed(brought, publisher):
    pytest.importorskip("cryptography", reason="needs the extra sign")
    publisher.sign(brought, check=check_calibration)
    return brought


def test_a_signed_calibration_is_used_where_signatures_are_required(
    monkeypatch, brought, publisher, capsys
):
    pytest.importorskip("cryptography", reason="needs the extra sign")
    assert run("sign", brought, "--key", publisher.key) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [f"  {FILE_NAME}"]
    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError, match="not trusted here"):
        open_calibration(brought, "demo-age", SHA256)
    publisher.trusted("demo-*")
    assert open_calibration(brought, "demo-age", SHA256) == (CLINIC, ())
    assert run("sign", brought, "--key", publisher.key) == 2, "it is signed already"
    (brought / "notes.txt").write_text("added")
    with pytest.raises(SignatureError, match=r"notes\.txt was added"):
        open_calibration(brought, "demo-age", SHA256)


def test_a_calibration_that_was_given_is_verified(signed, publisher, capsys):
    assert run("verify", signed, "--public-key", publisher.public) == 0
    assert "by public.pem" in capsys.readouterr().out
    (signed / FILE_NAME).write_bytes(calibration_json(calibration_of(AGE, level=0.8)))
    assert run("verify", signed, "--public-key", publisher.public) == 1
    assert f"{FILE_NAME} was changed" in capsys.readouterr().out
    (signed / FILE_NAME).write_text("{}")
    assert run("verify", signed) == 1
    assert "is no calibration" in capsys.readouterr().out


def test_a_key_for_other_estimators_signs_no_calibration_of_this_one(
    monkeypatch, signed, publisher
):
    publisher.trusted("other-*")
    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError, match="trusted for other-"):
        open_calibration(signed, "demo-age", SHA256)


def test_what_is_no_calibration_or_more_than_one_is_not_signed(brought, publisher, capsys):
    pytest.importorskip("cryptography", reason="needs the extra sign")
    (brought / "people.csv").write_text("person,age\n")
    assert run("sign", brought, "--key", publisher.key) == 2
    assert "people.csv. Put that elsewhere" in capsys.readouterr().err
    (brought / "people.csv").unlink()
    (brought / FILE_NAME).write_text("{}")
    assert run("sign", brought, "--key", publisher.key) == 2
    assert "is no calibration" in capsys.readouterr().err
    assert not (brought / SIGNATURE_FILE).exists()


def test_a_calibration_from_elsewhere_is_put_where_its_site_finds_it(signed, capsys):
    assert run("pull", "demo-age", "--calibration", signed) == 0
    place = calibration_folder("demo-age", "clinic")
    assert f"demo-age at clinic: installed in {place}" in capsys.readouterr().out
    assert {path.name for path in place.iterdir()} == {FILE_NAME, SIGNATURE_FILE}
    assert open_calibration("clinic", "demo-age", SHA256)[0] == CLINIC
    assert run("pull", "demo-age", "--calibration", signed) == 0
    assert "already in" in capsys.readouterr().out
    assert [path.name for path in place.parent.iterdir()] == ["clinic"], "nothing is left over"


def test_another_one_of_the_same_site_is_replaced_only_when_that_is_said(brought, signed):
    install_calibration(signed, AGE)
    other = calibration_of(AGE, level=0.8)
    (brought / SIGNATURE_FILE).unlink()
    (brought / FILE_NAME).write_bytes(calibration_json(other))
    with pytest.raises(AlreadyInstalledError, match="a signed calibration of demo-age at clinic"):
        install_calibration(brought, AGE)
    assert open_calibration("clinic", "demo-age", SHA256)[0] == CLINIC
    assert install_calibration(brought, AGE, replace=True).calibration == other
    folder = calibration_folder("demo-age", "clinic")
    assert [path.name for path in folder.iterdir()] == [FILE_NAME], "the signature was of the other"


def test_a_calibration_of_another_estimator_or_a_link_does_not_come_in(brought, tmp_path):
    with pytest.raises(CalibrationError, match="of demo-age, not of demo-sex"):
        install_calibration(brought, find("demo-sex").manifest)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / FILE_NAME).symlink_to(brought / FILE_NAME)
    with pytest.raises(OutputError, match="is a link"):
        install_calibration(linked, AGE)
    assert not calibration_folder("demo-age", "clinic").exists()


def test_list_show_and_card_name_them_and_the_card_that_goes_along_does_not(capsys):
    assert run("list") == 0
    assert "CALIBRATED" not in capsys.readouterr().out
    save_calibration(CLINIC)
    save_calibration(calibration_of(AGE, site="ward-3", weights_sha256="cd" * 32))
    run("list")
    line = next(each for each in capsys.readouterr().out.splitlines() if "demo-age" in each)
    assert "clinic, ward-3" in line
    run("list", "--json")
    listed = {each["name"]: each["calibrations"] for each in json.loads(capsys.readouterr().out)}
    assert listed["demo-sex"] == []
    assert [each["fault"] == "" for each in listed["demo-age"]] == [True, False]
    assert listed["demo-age"][0]["people"]["people"] == 200
    run("show", "demo-age")
    shown = capsys.readouterr().out
    assert "200 people aged 30 to 80, 100 female, 100 male" in shown
    assert "no: of other weights, cdcdcdcdcdcd…" in shown
    run("card", "demo-age")
    text = capsys.readouterr().out
    assert "Calibrated here" in text
    assert "clinic(200 人、2026-11-29、90 % 区間)" in text
    assert "ward-3" not in text
    run("card", "demo-age", "--format", "markdown")
    assert "clinic" not in capsys.readouterr().out


def test_a_calibration_that_cannot_be_read_is_told_and_harms_no_list(capsys):
    folder = save_calibration(CLINIC)
    (folder / FILE_NAME).write_text("{}")
    assert run("show", "demo-age") == 0
    assert "is no calibration" in capsys.readouterr().out
    assert run("list") == 0


def test_removing_an_estimator_tells_that_its_calibrations_stay(make_estimator, own_store, capsys):
    folder = make_estimator()
    shutil.copytree(folder, own_store / "estimators/made")
    save_calibration(calibration_of(find("made").manifest))
    assert run("remove", "made") == 0
    told = capsys.readouterr().err
    assert "its calibrations at clinic are still in" in told
    assert calibration_folder("made", "clinic").is_dir()
