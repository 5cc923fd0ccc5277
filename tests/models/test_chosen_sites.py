"""Which calibration each of several estimators takes."""

import pytest

from gantei.calibrations.chosen_sites import chosen_sites
from gantei.errors import SettingError

BOTH = ("demo-age", "demo-sex")


@pytest.mark.parametrize(
    ("given", "sites"),
    [
        ([], {}),
        (["clinic"], {"demo-age": "clinic", "demo-sex": "clinic"}),
        (["demo-sex=clinic"], {"demo-sex": "clinic"}),
        (["demo-sex=ward-3", "clinic"], {"demo-age": "clinic", "demo-sex": "ward-3"}),
        (["demo-age=a", "demo-sex=b"], {"demo-age": "a", "demo-sex": "b"}),
        (["./of=folder"], {"demo-age": "./of=folder", "demo-sex": "./of=folder"}),
    ],
)
def test_a_site_is_for_all_estimators_and_with_a_name_for_one(given, sites):
    assert chosen_sites(given, BOTH) == sites


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["clinic", "ward-3"], "clinic and ward-3 are both for all"),
        (["demo-sex=a", "demo-sex=b"], "demo-sex has 'a' already"),
        (["joir-age=a"], "joir-age is not among the estimators: demo-age, demo-sex"),
        (["demo-sex="], "names no site"),
        ([""], "names no site"),
    ],
)
def test_what_says_two_things_or_nothing_is_refused(given, told):
    with pytest.raises(SettingError, match=told):
        chosen_sites(given, BOTH)
