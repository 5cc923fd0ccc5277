"""The record of what a source gave first: a file that is gone counts, and the day stays."""

import json

import pytest

from gantei.errors import TransferError
from gantei.pull import first_use

KEY = "http://h/files/"
FILES = {"estimator.toml": "a" * 64, "model.onnx": "b" * 64}


@pytest.fixture
def known(own_store):
    """A source that was first pulled from long ago."""
    first_use.record(KEY, "", "my-age", FILES)
    record = json.loads(first_use.path().read_text("utf-8"))
    record[KEY]["first_seen"] = "2020-01-02"
    first_use.path().write_text(json.dumps(record), "utf-8")


def day():
    return json.loads(first_use.path().read_text("utf-8"))[KEY]["first_seen"]


def test_the_day_of_first_use_stays_while_the_files_do(known):
    first_use.record(KEY, "", "my-age", FILES)
    assert day() == "2020-01-02"
    first_use.record(KEY, "", "my-age", FILES | {"model.onnx": "c" * 64})
    assert day() > "2020-01-02"


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (FILES | {"model.onnx": "c" * 64}, "model.onnx"),
        (FILES | {"card.md": "c" * 64}, "card.md"),
        ({"estimator.toml": "a" * 64}, "model.onnx"),
    ],
    ids=["another", "one more", "one gone"],
)
def test_a_file_that_is_another_or_new_or_gone_is_named(known, files, named):
    first_use.refuse_changed(KEY, FILES)
    with pytest.raises(TransferError, match=rf"{named} differ"):
        first_use.refuse_changed(KEY, files)
