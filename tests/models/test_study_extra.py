"""What needs the extra `study` says so before it begins."""

import pytest

from gantei.errors import MissingExtraError
from gantei.statistics import study_extra


def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(study_extra, "LIBRARIES", ("json", "no_such_library"))
    with pytest.raises(MissingExtraError, match=r"gantei evaluate needs no_such_library.*study"):
        study_extra.require_study_extra("gantei evaluate")


def test_nothing_is_said_where_all_are_there(monkeypatch):
    monkeypatch.setattr(study_extra, "LIBRARIES", ("json",))
    study_extra.require_study_extra("gantei evaluate")
