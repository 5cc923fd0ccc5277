"""Calibrated values in the service's answers: beside the values, never in their place."""

import json

import pytest

import gantei
from gantei.calibrations.calibration_store import save_calibration
from gantei.calibrations.finding_codes import OF_CALIBRATIONS
from gantei.catalogue.entries import find
from gantei.errors import CalibrationError, SettingError, SignatureError

from ..calibrated import calibration_of, line, reference
from ..explained import KERNEL, explained_network
from .asking import predict
from .conftest import encoded_picture

pytest.importorskip("fastapi", reason="the service's packages are not installed")

PICTURES = [(f"{number}.png", encoded_picture(number)) for number in range(3)]
MEMBERS = {"calibrated", "calibrated_by", "calibration_warnings"}


@pytest.fixture
def folder(make_estimator):
    """An estimator that gives embeddings, calibrated at `clinic`."""
    made = make_estimator(network=explained_network())
    save_calibration(calibration_of(find(made).manifest))
    return made


def with_embeddings(folder, limit=4.0, site="far"):
    calibration = calibration_of(
        find(folder).manifest, site=site, embeddings=reference(len(KERNEL), 1, limit)
    )
    save_calibration(calibration)
    return calibration


def estimates(client, **fields):
    return [each["estimates"]["made"] for each in predict(client, *PICTURES, **fields)]


def test_calibrated_values_stand_beside_the_values_as_the_library_has_them(ask, folder):
    calibrated = gantei.load(folder, calibration="clinic")
    for entry, (_, picture) in zip(
        estimates(ask(folder, calibrations=("clinic",))), PICTURES, strict=True
    ):
        (here,) = calibrated.predict(picture)
        assert entry["values"]["age"]["value"] == here.values["age"]
        of_age = here.calibrated["age"]
        told = {"value": of_age.value, "low": of_age.low, "high": of_age.high}
        assert entry["calibrated"] == {"age": told}
        by = {"site": "clinic", "date": "2026-11-29", "level": 0.9, "people": 200}
        assert entry["calibrated_by"] == by
        assert "distance" not in entry
        codes = [each["code"] for each in entry["warnings"] + entry["calibration_warnings"]]
        assert codes == [each.code for each in here.findings if each.code in {*codes}]


def test_without_a_calibration_answers_are_as_they_were(ask, folder):
    plain, calibrated = ask(folder), ask(folder, calibrations=("clinic",))
    assert "calibrat" not in plain.get("/v1/estimators").text
    for one, other in zip(estimates(plain), estimates(calibrated), strict=True):
        assert not MEMBERS & one.keys()
        assert one == {key: other[key] for key in ("values", "warnings")}
    described = [each.get("/v1/estimators/made").json() for each in (plain, calibrated)]
    added = described[1].keys() - described[0].keys()
    assert added == {"calibration", "calibration_record"}
    assert described[0] == {key: described[1][key] for key in described[0]}


def test_the_list_says_where_when_and_on_whom(ask, folder):
    calibration = with_embeddings(folder)
    described = ask(folder, calibrations=("far",)).get("/v1/estimators/made").json()
    assert described["calibration"] == {
        "site": "far", "date": "2026-11-29", "level": 0.9, "people": 200, "photographs": 350,
        "ages": [30.0, 80.0], "sexes": {"female": 100, "male": 100}, "cameras": {"A": 350},
        "sha256": described["calibration"]["sha256"], "values": ["age"], "distance": True,
    }  # fmt: skip
    assert described["calibration_record"] == json.loads(json.dumps(calibration.described()))
    assert "embeddings" not in described["calibration_record"]


def test_a_photograph_outside_of_what_was_calibrated_on_is_told_of(ask, folder):
    save_calibration(
        calibration_of(
            find(folder).manifest,
            site="few",
            outputs={"age": line(edges=(0.0, 0.001))},
            embeddings=reference(len(KERNEL), 1, limit=0.001),
        )
    )
    for entry in estimates(ask(folder, calibrations=("few",))):
        assert entry["calibrated"]["age"]["low"] is entry["calibrated"]["age"]["high"] is None
        assert entry["distance"] > 1
        codes = {each["code"] for each in entry["calibration_warnings"]}
        assert {"outside-calibrated-estimates", "unlike-calibrated"} <= codes <= OF_CALIBRATIONS
        assert not OF_CALIBRATIONS & {each["code"] for each in entry["warnings"]}


def test_a_calibration_may_be_that_of_one_estimator(ask, folder, make_estimator):
    other = make_estimator("other", 2.0)
    client = ask(folder, other, calibrations=("made=clinic",))
    for entry in predict(client, *PICTURES):
        assert entry["estimates"]["made"].keys() >= MEMBERS
        assert not MEMBERS & entry["estimates"]["other"].keys()
    with pytest.raises(CalibrationError, match=r"no calibration of other at 'clinic'.*none"):
        ask(folder, other, calibrations=("clinic",))
    with pytest.raises(CalibrationError, match="known sites of made: clinic"):
        ask(folder, calibrations=("nowhere",))
    with pytest.raises(SettingError, match="demo-age is not among the estimators: made"):
        ask(folder, calibrations=("demo-age=clinic",))


def test_where_signatures_are_required_an_unsigned_calibration_is_not_served(ask, monkeypatch):
    pytest.importorskip("cryptography", reason="needs the extra sign")
    save_calibration(calibration_of(find("demo-age").manifest))
    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError, match=r"the calibration of demo-age: .*it is not signed"):
        ask("demo-age", calibrations=("clinic",))


def test_batches_and_maps_give_the_same(ask, folder):
    with_embeddings(folder)
    alone = estimates(ask(folder, calibrations=("far",)))
    assert estimates(ask(folder, calibrations=("far",), batch=4)) == alone
    mapped = estimates(ask(folder, calibrations=("far",)), explain="map")
    assert [{key: value for key, value in each.items() if key != "map"} for each in mapped] == alone


def test_the_embedding_is_computed_only_for_a_calibration_that_has_embeddings(
    ask, folder, monkeypatch
):
    from gantei.inference.network import Network

    with_embeddings(folder)
    run, asked = Network.run, []

    def watched(network, batch, also=()):
        asked.append([*also])
        return run(network, batch, also)

    monkeypatch.setattr(Network, "run", watched)
    for sites, outputs in (((), []), (("clinic",), []), (("far",), ["embedding"])):
        client = ask(folder, calibrations=sites)
        asked.clear()
        estimates(client)
        assert asked == [outputs] * len(PICTURES)


def test_tensors_stay_what_the_network_answers(ask, folder):
    tensors = []
    for sites in ((), ("clinic",)):
        client = ask(folder, calibrations=sites)
        metadata = client.get("/v2/models/made").json()
        size = len(PICTURES[0][1]).to_bytes(4, "little")
        parts = {"binary_data_size": len(PICTURES[0][1]) + 4}
        one = {"name": "photograph", "datatype": "BYTES", "shape": [1], "parameters": parts}
        head = json.dumps({"inputs": [one]}).encode()
        answer = client.post(
            "/v2/models/made/infer",
            content=head + size + PICTURES[0][1],
            headers={
                "inference-header-content-length": str(len(head)),
                "content-type": "application/octet-stream",
            },
        )
        assert answer.status_code == 200, answer.text
        tensors.append((metadata, answer.content))
    assert tensors[0] == tensors[1]


def test_the_answers_are_those_of_the_description(ask, folder):
    from gantei.wire.schemas import DescribedEstimator, PredictAnswer

    with_embeddings(folder, limit=0.001)
    client = ask(folder, calibrations=("far",))
    answer = {"photographs": predict(client, *PICTURES)}
    read = PredictAnswer.model_validate(answer, strict=True)
    assert read.model_dump(exclude_unset=True) == answer
    described = client.get("/v1/estimators/made").json()
    read = DescribedEstimator.model_validate(described, strict=True)
    assert read.model_dump(exclude_unset=True) == described


def test_the_card_that_is_read_here_names_the_calibration_and_the_other_does_not(ask, folder):
    client = ask(folder, calibrations=("clinic",))
    page = client.get("/v1/estimators/made/card", headers={"accept": "text/html"}).text
    assert "Calibrated here" in page
    assert "200 people aged 30 to 80" in page
    assert "clinic" not in client.get("/v1/estimators/made/card").text
