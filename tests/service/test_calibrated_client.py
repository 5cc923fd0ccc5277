"""Calibrated values from a server: those of this machine, or an error that says what it has."""

import csv
import json

import pytest

import gantei
from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import CalibrationError, SettingError, TransferError
from gantei.remote.answers import read_answer, read_estimator, read_list
from gantei.wire.schemas import WireObject

from ..calibrated import calibration_of, reference
from ..explained import KERNEL, explained_network
from .conftest import encoded_picture
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")

PICTURE = encoded_picture(1)


@pytest.fixture
def folder(make_estimator):
    """An estimator with the calibrations of two sites."""
    made = make_estimator(network=explained_network())
    manifest = find(made).manifest
    embeddings = reference(len(KERNEL), 1, limit=0.001)
    save_calibration(calibration_of(manifest, embeddings=embeddings))
    save_calibration(calibration_of(manifest, site="west"))
    return made


@pytest.fixture
def started(folder, tmp_path):
    """`started(*options)`: the address of a server of that estimator."""
    running = []

    def start(*options):
        running.append(Server(folder, tmp_path / "log", *options))
        return f"http://127.0.0.1:{running[-1].port}"

    yield start
    for each in running:
        each.stop()


def test_predictions_are_those_of_the_library(folder, started, photographs):
    here = gantei.load(folder, calibration="clinic").predict(photographs, on_error="record")
    with gantei.Client(started("--calibration", "clinic")) as client:
        there = client.predict(photographs, on_error="record", calibration="Clinic")
        plain = client.predict(PICTURE)
        by_name = client.predict(PICTURE, calibration={"made": "clinic"})
        with pytest.raises(SettingError, match="a calibration of other, which is not asked"):
            client.predict(PICTURE, "made", calibration={"other": "clinic"})
    assert [str(each["made"].error) for each in there] == [str(each.error) for each in here]
    for one, other in zip(there, here, strict=True):
        assert one["made"].calibrated == other.calibrated
        assert one["made"].distance == other.distance
        assert one["made"].findings == other.findings
    assert there[0]["made"].distance > 1
    (uncalibrated,) = gantei.load(folder).predict(PICTURE)
    assert plain[0]["made"] == uncalibrated, "what was not asked for is passed over"
    (calibrated,) = gantei.load(folder, calibration="clinic").predict(PICTURE)
    assert by_name[0]["made"] == calibrated


def test_another_site_or_none_is_refused_and_says_what_there_is(started, photographs):
    with gantei.Client(started("--calibration", "west")) as client:
        with pytest.raises(CalibrationError, match="serves made with the calibration of 'west'"):
            client.predict(photographs, calibration="clinic")
        (known,) = client.estimators()
        assert known.calibration.site == "west"
    with gantei.Client(started()) as client:
        with pytest.raises(CalibrationError, match="serves made without a calibration"):
            client.predict(photographs, calibration="clinic")
        (known,) = client.estimators()
        assert known.calibration is None


def run(*arguments):
    return main(["predict", *map(str, arguments)])


def test_a_table_from_a_server_is_that_of_this_machine(folder, started, photographs, tmp_path):
    url = started("--calibration", "clinic")
    chosen = (photographs, "--calibration", "clinic")
    assert run(*chosen, "--with", folder, "--out", tmp_path / "here.csv") == 1
    asked = ("--with", "made", "--server", url)
    assert run(*chosen, *asked, "--out", tmp_path / "there.csv") == 1
    for ending in ("", ".dictionary.csv"):
        here, there = (tmp_path / f"{each}.csv{ending}" for each in ("here", "there"))
        assert here.read_bytes() == there.read_bytes()
    told = [
        json.loads((tmp_path / f"{each}.csv.run.json").read_text()) for each in ("here", "there")
    ]
    for key in ("calibrations", "calibration_sha256"):
        assert told[0][key] == told[1][key]
    assert run(*chosen, *asked, "--out", tmp_path / "there.csv") == 1, "it is finished"
    assert run(photographs, *asked, "--out", tmp_path / "plain.csv") == 1
    assert run(photographs, "--with", folder, "--out", tmp_path / "raw.csv") == 1
    assert (tmp_path / "plain.csv").read_bytes() == (tmp_path / "raw.csv").read_bytes()
    with (tmp_path / "there.csv").open(encoding="utf-8-sig") as file:
        columns = next(csv.reader(file))
    assert {"made.age.calibrated", "made.age.low", "made.age.high", "made.distance"} < {*columns}


def test_a_table_of_another_site_is_refused(started, photographs, tmp_path, capsys):
    asked = ("--with", "made", "--server", started("--calibration", "west"))
    out = tmp_path / "there.csv"
    assert run(photographs, "--calibration", "clinic", *asked, "--out", out) == 2
    assert "with the calibration of 'west', not with that of 'clinic'" in capsys.readouterr().err
    assert not out.exists()


def answers(client):
    """A server's own bytes: of a photograph, of an estimator, of the list."""
    asked = client._server.ask
    file = ("photographs", ("1", PICTURE, "application/octet-stream"))
    entry = asked("POST", "/v1/predict", files=[file], data={"estimators": ["made"]})
    return entry, asked("GET", "/v1/estimators/made"), asked("GET", "/v1/estimators")


NEW = {
    "calibrated", "calibrated_by", "distance", "calibration_warnings", "calibration",
    "calibration_record",
}  # fmt: skip


def without_new(value):
    """An answer as a server before calibrations gave it."""
    if isinstance(value, dict):
        return {key: without_new(each) for key, each in value.items() if key not in NEW}
    return [*map(without_new, value)] if isinstance(value, list) else value


def read(entry, sites):
    import hashlib

    sent = hashlib.sha256(PICTURE).hexdigest()
    return read_answer(entry, "p", sent, ["made"], explain=False, sites=sites)


def test_an_older_server_is_understood_and_refused_where_calibrations_are_asked_for(started):
    with gantei.Client(started("--calibration", "clinic")) as client:
        old = [json.dumps(without_new(json.loads(each))).encode() for each in answers(client)]
    assert read_estimator(old[1], "made").calibration is None
    assert [each.calibration for each in read_list(old[2]).estimators] == [None]
    assert read(old[0], {}).calibrated == ()
    with pytest.raises(TransferError, match="answers made calibrated nowhere, not at 'clinic'"):
        read(old[0], {"made": "clinic"})


def test_an_older_client_passes_over_what_it_does_not_know(started):
    with gantei.Client(started("--calibration", "clinic")) as client:
        entry, described, listed = map(json.loads, answers(client))
    assert WireObject.model_config.get("extra", "ignore") == "ignore"
    assert set(entry["photographs"][0]["estimates"]["made"]) - NEW == {"values", "warnings"}
    assert without_new(entry) != entry
    assert without_new(described) != described
    assert without_new(listed) != listed


def _estimate(entry):
    return entry["photographs"][0]["estimates"]["made"]


@pytest.mark.parametrize("change", [
    lambda each: each.pop("calibrated"),
    lambda each: each.update(calibrated={"other": each["calibrated"]["age"]}),
    lambda each: each["calibrated"]["age"].update(low=90.0, high=10.0),
    lambda each: each["calibrated"]["age"].update(low=None),
])  # fmt: skip
def test_calibrated_values_that_cannot_be_are_told_as_what_the_server_answers(started, change):
    with gantei.Client(started("--calibration", "clinic")) as client:
        entry, described, _ = map(json.loads, answers(client))
    change(_estimate(entry))
    with pytest.raises(TransferError, match="answers what this gantei does not understand"):
        read(json.dumps(entry).encode(), {"made": "clinic"})
    described["calibration_record"]["weights_sha256"] = "0" * 64
    with pytest.raises(TransferError, match="is not of made with weights"):
        read_estimator(json.dumps(described).encode(), "made")
