"""`gantei.load(calibration=)`: calibrated predictions, and what lies outside the calibration."""

import numpy as np
import pytest

import gantei
from gantei.calibrations.calibration import CalibratedPeople
from gantei.calibrations.calibration_store import save_calibration
from gantei.calibrations.site_calibrator import SiteCalibrator
from gantei.errors import CalibrationError, ExplanationError, WeightsError
from gantei.estimator.estimator import load
from gantei.manifests.manifest import Manifest

from .. import calibrated
from ..conftest import SEX, made_picture, manifest_tables


@pytest.fixture
def at(make_estimator):
    """`at(outputs=…)`: an estimator that answers the mean pixel, with such a calibration."""
    folder = make_estimator("made")

    def opened(**changes):
        manifest = load(folder).manifest
        save_calibration(calibrated.calibration_of(manifest, **changes), replace=True)
        return load(folder, calibration="clinic")

    return opened


def codes(prediction):
    return {finding.code for finding in prediction.findings}


def test_a_prediction_has_calibrated_values_beside_its_own(at):
    estimator = at()
    (prediction,) = estimator.predict(made_picture(1))
    raw, found = prediction.values["age"], prediction.calibrated["age"]
    assert [found.value, found.low, found.high] == pytest.approx(
        [5 + raw / 2, raw / 2 - 5, raw / 2 + 15], rel=1e-6
    )
    assert prediction.distance is None
    assert estimator.calibration.site == "clinic"


def test_without_a_calibration_a_prediction_has_none(make_estimator):
    (prediction,) = load(make_estimator()).predict(made_picture(1))
    assert (dict(prediction.calibrated), prediction.distance) == ({}, None)


def test_a_photograph_that_cannot_be_read_is_not_calibrated(at):
    (prediction,) = at().predict(b"none", on_error="record")
    assert (dict(prediction.calibrated), prediction.distance) == ({}, None)


def test_many_photographs_are_calibrated_as_each_alone(at):
    estimator = at()
    pictures = [made_picture(seed) for seed in range(8)]
    together = [each.calibrated for each in estimator.predict(pictures)]
    assert together == [estimator.predict(picture)[0].calibrated for picture in pictures]


def test_a_probability_is_calibrated_with_its_interval(make_estimator):
    folder = make_estimator("made-sex", 0.004, output="sex", spec=SEX)
    save_calibration(calibrated.calibration_of(load(folder).manifest))
    (prediction,) = load(folder, calibration="clinic").predict(made_picture(2))
    found = prediction.calibrated["male"]
    assert 0 < found.low < found.value < found.high < 1
    assert found.value != prediction.values["male"]


def test_classes_are_calibrated_together_and_add_up_to_one():
    spec = {"kind": "categorical", "classes": ["none", "mild", "severe"], "transform": "softmax"}
    manifest = Manifest.model_validate(manifest_tables("grades", {"grade": spec}, b"weights"))
    calibrator = SiteCalibrator(calibrated.calibration_of(manifest), manifest)
    values = {"none": 0.7, "mild": 0.2, "severe": 0.1}
    found = calibrator.calibrated(values, None).values
    assert found.keys() == values.keys()
    powers = np.array([0.7**0.8, np.exp(0.5) * 0.2**0.8, np.exp(0.5) * 0.1**0.8])
    assert [each.value for each in found.values()] == pytest.approx(powers / powers.sum(), rel=1e-6)
    assert all(each.low < each.value < each.high for each in found.values())


def test_an_age_beyond_those_calibrated_on_is_said(at):
    people = calibrated.PEOPLE.model_copy(update={"ages": (20.0, 40.0)})
    (prediction,) = at(people=people).predict(made_picture(1))
    assert "outside-calibrated-ages" in codes(prediction)
    assert "lies outside the ages of the people calibrated on, 20 to 40" in " ".join(
        prediction.warnings
    )
    unknown = CalibratedPeople(people=9, photographs=9, ages=None, sexes={}, cameras={})
    assert codes(at(people=unknown).predict(made_picture(1))[0]) == codes(
        at().predict(made_picture(1))[0]
    )


def test_an_estimate_beyond_those_calibrated_has_no_interval_and_says_so(at):
    (prediction,) = at(outputs={"age": calibrated.line(edges=(0, 50))}).predict(made_picture(1))
    assert prediction.calibrated["age"].low is None
    assert "outside-calibrated-estimates" in codes(prediction)


def test_a_band_of_too_few_people_says_so(at):
    band = calibrated.IntervalBand(least=0, greatest=300, people=12, down=None, up=None)
    line = calibrated.line().model_copy(update={"bands": (band,)})
    (prediction,) = at(outputs={"age": line}).predict(made_picture(1))
    assert prediction.calibrated["age"].low is None
    assert "only 12 of the people" in " ".join(prediction.warnings)
    assert "too-few-calibrated" in codes(prediction)


def test_a_fact_that_changes_numbers_must_be_as_it_was_when_calibrated(at):
    facts = at().calibration.facts | {"input.crop": "disc"}
    with pytest.raises(CalibrationError, match=r"input\.crop was disc; it is none now"):
        at(facts=facts)


def test_classes_in_another_order_are_refused(make_estimator):
    folder = make_estimator("made-sex", 0.004, output="sex", spec=SEX)
    manifest = load(folder).manifest
    swapped = {"sex": calibrated.logistic(("male", "female"))}
    save_calibration(calibrated.calibration_of(manifest, outputs=swapped))
    with pytest.raises(CalibrationError, match="has another sex than made-sex"):
        load(folder, calibration="clinic")


@pytest.mark.parametrize(
    "outputs", [{"age": calibrated.line(unit="days")}, {"height": calibrated.line()}]
)
def test_a_calibration_of_another_output_is_refused(at, outputs):
    with pytest.raises(CalibrationError, match="gantei calibrate made"):
        at(outputs=outputs)


def test_a_calibrated_value_that_no_float_holds_is_an_error(make_estimator):
    folder = make_estimator("large", 1e10)
    outputs = {"age": calibrated.line(slope=1e30)}
    save_calibration(calibrated.calibration_of(load(folder).manifest, outputs=outputs))
    estimator = load(folder, calibration="clinic")
    (prediction,) = estimator.predict(made_picture(1), on_error="record")
    assert isinstance(prediction.error, WeightsError)
    assert prediction.error.code == "value-not-finite"


def test_embeddings_are_known_only_of_a_network_that_gives_some(at):
    with pytest.raises(ExplanationError):
        at(embeddings=calibrated.reference())


class TestWithEmbeddings:
    """demo-age, whose embeddings have 256 numbers."""

    @pytest.fixture
    def demo(self, fundus):
        def opened(**reference):
            embeddings = calibrated.reference(**reference)
            manifest = gantei.load("demo-age").manifest
            save_calibration(
                calibrated.calibration_of(manifest, embeddings=embeddings), replace=True
            )
            return gantei.load("demo-age", "cpu", calibration="clinic")

        return opened

    def test_the_distance_is_that_of_the_embedding(self, demo, fundus):
        estimator = demo(limit=4.0)
        (prediction,) = estimator.predict(fundus, explain=True)
        embedding = prediction.explanation.embedding.astype(np.float64)
        along, left = embedding[:3] / 2, embedding[3:]
        expected = np.sqrt((along**2).sum() + (left**2).sum()) / 4
        assert prediction.distance == pytest.approx(expected, rel=1e-6)
        (again,) = estimator.predict(fundus)
        assert (again.distance, again.explanation) == (prediction.distance, None)

    def test_above_the_limit_a_photograph_is_unlike_those_calibrated_on(self, demo, fundus):
        assert "unlike-calibrated" not in codes(demo(limit=1e6).predict(fundus)[0])
        (prediction,) = demo(limit=1e-3).predict(fundus)
        assert "unlike-calibrated" in codes(prediction)
        assert "times their limit" in " ".join(prediction.warnings)

    def test_the_values_are_those_without_a_calibration(self, demo, fundus):
        plain = gantei.load("demo-age", "cpu").predict(fundus)[0].values
        assert demo().predict(fundus)[0].values == plain

    def test_embeddings_of_another_width_are_refused(self, demo):
        with pytest.raises(CalibrationError, match="of 8 numbers, the network gives 256"):
            demo(width=8)
