"""Files of calibrations: written in one form, read strictly, whoever wrote them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gantei.calibrations.calibration import EmbeddingReference, IntervalBand, facts_of
from gantei.calibrations.calibration_file import (
    LARGEST_FILE,
    calibration_json,
    calibration_of,
    read_calibration,
)
from gantei.catalogue.entries import find
from gantei.errors import CalibrationError, GanteiError

from .. import calibrated

AGE, SEX = (find(name).manifest for name in ("demo-age", "demo-sex"))
WHOLE = calibrated.calibration_of(AGE, embeddings=calibrated.reference(width=8))
CONTENT = calibration_json(WHOLE)


def changed(*path, to):
    """The file, with another value at a place."""
    tables = json.loads(CONTENT)
    inner = tables
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(tables).encode()


@pytest.mark.parametrize("manifest", [AGE, SEX])
def test_what_is_written_is_read_again(manifest, tmp_path):
    calibration = calibrated.calibration_of(manifest)
    (tmp_path / "calibration.json").write_bytes(calibration_json(calibration))
    assert read_calibration(tmp_path) == calibration
    assert read_calibration(tmp_path / "calibration.json") == calibration


def test_the_same_calibration_is_written_as_the_same_bytes():
    assert calibration_json(calibration_of(CONTENT, "here")) == CONTENT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed("colour", to="blue"), "colour: extra inputs are not permitted"),
        (changed("outputs", "age", "clope", to=1), "outputs.age.line.clope: extra inputs"),
        (changed("format", to=2), "format: input should be less than or equal to 1"),
        (changed("format", to=True), "format: input should be a valid integer"),
        (changed("level", to="0.9"), "level: input should be a valid number"),
        (changed("level", to=float("nan")), "level: input should be a finite number"),
        (changed("level", to=90), "level: input should be less than or equal to 0.999"),
        (changed("people", "people", to=-1), "people.people: input should be greater"),
        (changed("people", "ages", to=[80, 30]), "expects the least, then the greatest"),
        (changed("site", to="../clinic"), "made of letters"),
        (changed("weights_sha256", to="AB"), "weights_sha256: string should match"),
        (changed("date", to="29.11.2026"), "date: string should match"),
        (changed("outputs", to={}), "outputs: dictionary should have at least 1 item"),
        (changed("outputs", "age", "slope", to=1e31), "slope: input should be less"),
        (changed("outputs", "age", "slope", to=-1), "slope: input should be greater"),
        (changed("outputs", "age", "bands", to=[]), "bands: tuple should have at least 1 item"),
        (changed("outputs", "age", "bands", 1, "least", to=101), "where the one before it ends"),
        (changed("outputs", "age", "bands", 0, "up", to=None), "one end of an interval only"),
        (changed("embeddings", "rest", to=0), "rest: input should be greater than 0"),
        (changed("embeddings", "mean", to=[0] * 7), "another width than the mean"),
        (changed("embeddings", "directions", 0, 1, to=0.5), "at right angles"),
        (CONTENT.replace(b'"level"', b'"format": 1, "level"'), "a key twice"),
        (CONTENT[:-20], "invalid JSON"),
        (b"[" * 100_000, "invalid JSON"),
        (b"9" * 100_000, "is no calibration"),
        (b"\xff\xfe", "invalid JSON"),
        (b"", "invalid JSON"),
    ],
)
def test_a_file_that_breaks_the_schema_is_refused_with_its_place(content, said):
    with pytest.raises(CalibrationError, match=r"^clinic\.json: ") as refused:
        calibration_of(content, "clinic.json")
    assert said in str(refused.value)


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path):
    file = tmp_path / "calibration.json"
    with file.open("wb") as opened:
        opened.truncate(LARGEST_FILE * 1000)
    with pytest.raises(CalibrationError, match="larger than"):
        read_calibration(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_calibration(tmp_path / "none.json")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(CONTENT)), st.binary(max_size=6), st.integers(0, 40))
def test_a_damaged_file_is_read_or_refused(place, put, lost):
    damaged = CONTENT[:place] + put + CONTENT[place + lost :]
    try:
        calibration_of(damaged, "damaged")
    except GanteiError as error:
        assert "\n" not in str(error).strip()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=4), each),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_json_at_any_place_is_read_or_refused(data):
    tables = inner = json.loads(CONTENT)
    while True:
        key = data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else [0]))
        step = inner[key]
        if not isinstance(step, dict | list) or not step or data.draw(st.booleans()):
            inner[key] = data.draw(_JSON)
            break
        inner = step
    try:
        again = calibration_of(json.dumps(tables).encode("utf-8", "replace"), "other")
    except GanteiError:
        return
    assert calibration_of(calibration_json(again), "again") == again


def test_a_covariance_that_is_none_is_refused():
    for matrix in ([[1, 2], [2, 1]], [[1, 0.5], [0.4, 1]], [[1, 0]], [[-1, 0], [0, 1]]):
        rows = tuple(tuple(map(float, row)) for row in matrix)
        with pytest.raises(ValidationError, match="covariance"):
            calibrated.LogisticCalibration(
                classes=("a", "b"), people=9, intercepts=(0.0,), slope=1.0, covariance=rows
            )


def test_an_interval_may_lie_to_one_side_but_does_not_end_before_it_begins():
    IntervalBand(least=0, greatest=1, people=60, down=-1.0, up=2.0)
    with pytest.raises(ValidationError, match="ends below"):
        IntervalBand(least=0, greatest=1, people=60, down=-2.0, up=1.0)


def test_directions_are_fewer_than_the_numbers_of_an_embedding():
    with pytest.raises(ValidationError, match="fewer directions"):
        EmbeddingReference(mean=(0.0,), directions=((1.0,),), spreads=(1.0,), rest=1.0, limit=1.0)


def test_the_facts_of_a_calibration_are_those_that_change_numbers():
    assert "input.crop" in facts_of(AGE)
    assert "output.age.range" not in facts_of(AGE)


def test_a_run_manifest_gets_it_without_the_embeddings():
    described = WHOLE.described()
    assert described["outputs"]["age"]["slope"] == 0.5
    assert "embeddings" not in described
