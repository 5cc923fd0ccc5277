"""Files that TensorFlow 2.4.4 and 2.15.1 wrote, with the answers of that very Keras."""

import numpy as np
import pytest

from gantei_export.keras_conversion.keras_converter import OutputFacts, convert

from .genuine_files import DATA, FILES


def test_files_of_both_versions_are_here():
    assert {file.name.partition("-")[0] for file in FILES} == {"tf215", "tf24"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_genuine_file_answers_as_its_keras(file, answers):
    expected = dict(np.load(file.with_suffix(".npz")))
    given = answers(convert(file), expected.pop("photograph"))
    assert list(given) == list(expected)
    for name, values in expected.items():
        assert np.ptp(values, axis=0).min() > 1e-3, "the file does not tell pictures apart"
        np.testing.assert_allclose(given[name], values, rtol=0, atol=2e-6)


@pytest.mark.parametrize("version", ["tf24", "tf215"])
def test_facts_are_read_from_the_file(version):
    facts = convert(DATA / f"{version}-operations.h5").facts
    assert facts.keras_version == {"tf24": "2.4.0", "tf215": "2.15.0"}[version]
    assert facts.input_size == (33, 33)
    assert facts.scaling.in_graph
    assert facts.architecture is None
    assert facts.outputs == (OutputFacts("sex", 1, "sigmoid"), OutputFacts("age", 1, "linear"))
