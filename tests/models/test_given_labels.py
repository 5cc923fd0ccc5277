"""What Python says of the labels is checked alike by every analysis, before any table is read."""

from functools import partial

import pytest

import gantei
from gantei.errors import SettingError

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")

ANALYSES = {
    "evaluate": gantei.evaluate,
    "gap": gantei.gap,
    "check_records": gantei.check_records,
    "impute": gantei.impute,
    "describe": partial(gantei.describe, outcome="stage"),
    "calibrate": lambda results, labels, **given: gantei.calibrate(
        "demo-sex", results, labels, site="clinic", **given
    ),
}


@pytest.mark.parametrize("analysis", ANALYSES.values(), ids=ANALYSES)
@pytest.mark.parametrize(
    "given",
    [{"sex_coding": [1]}, {"label": ["stage"]}, {"label": {"stage": 3}}, {"age": 4}],
    ids=str,
)
def test_what_is_of_another_kind_is_refused_in_words(analysis, given):
    (argument,) = given
    with pytest.raises(SettingError, match=argument):
        analysis("none.csv", "none.csv", **given)
