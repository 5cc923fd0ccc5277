"""The examples in the docstrings of the statistics."""

import doctest
import importlib
import pkgutil

import pytest

import gantei.statistics

MODULES = [each.name for each in pkgutil.iter_modules(gantei.statistics.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_its_docstrings_run(name):
    if name in (
        "conformal",
        "people_needed",
        "rubins_rules",
        "mixture_fit",
        "unlikely_numbers",
    ):
        pytest.importorskip("scipy", reason="needs the extra study")
    module = importlib.import_module(f"gantei.statistics.{name}")
    failed, _ = doctest.testmod(module)
    assert failed == 0
