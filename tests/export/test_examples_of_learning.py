"""The examples in the docstrings of learning, alone and together."""

import doctest
import importlib
import pkgutil

import pytest

pytest.importorskip("scipy", reason="needs the extra study")

ROOMS = ("learning", "adapting", "fine_tuning", "federating")


def modules():
    for room in ROOMS:
        package = importlib.import_module(f"gantei_export.{room}")
        yield from (f"{room}.{each.name}" for each in pkgutil.iter_modules(package.__path__))


@pytest.mark.parametrize("name", [*modules()])
def test_the_examples_of_its_docstrings_run(name):
    module = importlib.import_module(f"gantei_export.{name}")
    failed, _ = doctest.testmod(module)
    assert failed == 0
