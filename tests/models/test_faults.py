"""A short run of the faults: `python -m tests.models.faults` is the long one."""

import pytest

from .faults import NoTmpfsError, bench, full_midway, killed_often, two_at_once


@pytest.mark.parametrize("kind", ["pull", "import"])
def test_killed_at_any_moment_nothing_wrong_is_there_and_the_next_call_ends_well(kind):
    if kind == "import":
        pytest.importorskip("h5py")
    with bench() as made:
        found = killed_often(made, kind, kills=3)
    assert found["killed"] == 3


def test_two_processes_share_one_download():
    with bench() as made:
        two_at_once(made)


def test_a_disk_that_gets_full_midway_installs_nothing_and_the_next_call_goes_on():
    with bench() as made:
        try:
            full_midway(made)
        except NoTmpfsError:
            pytest.skip("this machine gives no tmpfs")
