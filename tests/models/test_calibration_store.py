"""Where calibrations stand on a machine, and how one is found: by site or path, never by guess."""

import unicodedata

import pytest

from gantei.calibrations.calibration_file import FILE_NAME, calibration_json
from gantei.calibrations.calibration_store import (
    calibration_folder,
    find_calibration,
    known_sites,
    open_calibration,
    save_calibration,
)
from gantei.catalogue.entries import find
from gantei.errors import (
    AlreadyInstalledError,
    CalibrationError,
    OutputError,
    SettingError,
    SignatureError,
)
from gantei.signing.contents import SIGNATURE_FILE
from gantei.signing.statement import write_statement
from gantei.system.files import sha256_of

from .. import calibrated

AGE = find("demo-age").manifest
SHA256 = AGE.weights.sha256
CLINIC = calibrated.calibration_of(AGE)


def at(site, **changes):
    return calibrated.calibration_of(AGE, site=site, **changes)


def test_a_calibration_is_found_by_its_site(own_store):
    folder = save_calibration(CLINIC)
    assert folder == own_store / "calibrations/demo-age/clinic"
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]
    assert find_calibration("clinic", "demo-age", SHA256) == CLINIC
    assert known_sites("demo-age") == ("clinic",)
    assert known_sites("demo-sex") == ()


def test_a_calibration_is_found_by_the_path_of_its_folder_or_file(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(calibration_json(CLINIC))
    assert find_calibration(tmp_path, "demo-age", SHA256) == CLINIC
    assert find_calibration(tmp_path / FILE_NAME, "demo-age", SHA256) == CLINIC
    other = tmp_path / "sent-by-mail.json"
    (tmp_path / FILE_NAME).rename(other)
    assert find_calibration(str(other), "demo-age", SHA256) == CLINIC


def test_an_unknown_site_is_refused_with_those_that_are_known_and_the_command():
    save_calibration(CLINIC)
    save_calibration(at("大学病院"))
    with pytest.raises(CalibrationError) as refused:
        find_calibration("clinik", "demo-age", SHA256)
    assert "known sites of demo-age: clinic, 大学病院" in str(refused.value)
    assert "gantei calibrate demo-age" in str(refused.value)


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\0b", "no/where", "con"])
def test_what_can_be_neither_site_nor_path_is_refused(name):
    with pytest.raises(CalibrationError, match="known sites of demo-age: none"):
        find_calibration(name, "demo-age", SHA256)


def test_a_calibration_of_other_weights_is_refused():
    save_calibration(CLINIC)
    with pytest.raises(CalibrationError, match=f"weights {SHA256[:16]}…, these are 0000"):
        find_calibration("clinic", "demo-age", "0" * 64)


def test_a_calibration_of_another_estimator_is_refused():
    folder = save_calibration(CLINIC)
    with pytest.raises(CalibrationError, match="is a calibration of demo-age, not of demo-sex"):
        find_calibration(folder, "demo-sex", SHA256)


@pytest.mark.parametrize("name", ["Clinic", "CLINIC", "ｃｌｉｎｉｃ"])
def test_names_that_differ_in_case_or_width_alone_are_one_site(name):
    folder = save_calibration(CLINIC)
    assert find_calibration(name, "demo-age", SHA256) == CLINIC
    assert calibration_folder("demo-age", name) == folder
    with pytest.raises(AlreadyInstalledError, match="--replace"):
        save_calibration(at(name))


def test_both_ways_to_write_a_letter_are_one_site(own_store):
    folder = save_calibration(at(unicodedata.normalize("NFD", "がんか")))
    assert folder == own_store / "calibrations/demo-age/がんか"
    assert find_calibration(unicodedata.normalize("NFD", "がんか"), "demo-age", SHA256)


NO_SITES = [None, 3, "", "x" * 61, ".hidden", "-option", "a/b", "a\\b", "a b", "a:b", "dot.", "NUL"]


@pytest.mark.parametrize("site", [*NO_SITES, "com¹.x", "\N{RIGHT-TO-LEFT OVERRIDE}ab"])
def test_what_no_folder_should_be_called_is_no_site(site):
    with pytest.raises(SettingError, match="is no name of a site"):
        calibration_folder("demo-age", site)


@pytest.mark.parametrize("site", ["東大病院", "клиника-2", "हिन्दी", "a.b_c-d", "2"])
def test_letters_of_any_script_name_a_site(site):
    save_calibration(at(site))
    assert find_calibration(site, "demo-age", SHA256).site == unicodedata.normalize("NFC", site)


def test_the_name_of_an_estimator_leads_out_of_no_folder():
    with pytest.raises(SettingError, match="no name of an estimator"):
        calibration_folder("../estimators", "clinic")


def test_a_calibration_is_replaced_when_asked_and_its_signature_goes():
    folder = save_calibration(CLINIC)
    (folder / SIGNATURE_FILE).write_text("of the first one")
    with pytest.raises(AlreadyInstalledError):
        save_calibration(at("clinic", level=0.8))
    assert (folder / SIGNATURE_FILE).exists()
    save_calibration(at("clinic", level=0.8), replace=True)
    assert find_calibration("clinic", "demo-age", SHA256).level == 0.8
    assert not (folder / SIGNATURE_FILE).exists()


def test_a_store_that_cannot_be_written_is_refused(own_store):
    (own_store / "calibrations").write_text("in the way")
    with pytest.raises(OutputError):
        save_calibration(CLINIC)


@pytest.fixture
def signed(publisher):
    pytest.importorskip("cryptography", reason="needs the extra sign")
    folder = save_calibration(CLINIC)
    files = {FILE_NAME: sha256_of(folder / FILE_NAME)}
    publisher.put(folder, write_statement("clinic", files))
    return folder


def opened():
    return open_calibration("clinic", "demo-age", SHA256)


def test_under_require_a_calibration_needs_a_trusted_signature(monkeypatch, signed, publisher):
    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError, match=r"the calibration of demo-age: .*trust add"):
        opened()
    publisher.trusted("demo-*")
    assert opened() == (CLINIC, ())
    (signed / SIGNATURE_FILE).unlink()
    with pytest.raises(SignatureError, match="require"):
        opened()


def test_a_signature_that_does_not_hold_is_said_of_every_result(monkeypatch, signed, publisher):
    publisher.trusted()
    (signed / FILE_NAME).write_bytes(calibration_json(at("clinic", level=0.8)))
    calibration, (remark,) = opened()
    assert (calibration.level, remark.code) == (0.8, "signature-differs")
    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError, match="was changed"):
        opened()
