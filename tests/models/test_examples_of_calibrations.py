"""The examples in the docstrings of calibrations are run."""

import doctest
import importlib

import pytest

import gantei

from ..sources import modules

EXAMPLES = [
    *(name for name in modules("gantei") if name.startswith("gantei.calibrations.")),
    "gantei.study.estimate_columns",
]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_says_what_comes_out(name):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    module = importlib.import_module(name)
    assert not doctest.testmod(module, extraglobs={"gantei": gantei}, optionflags=flags).failed
