import os
import subprocess
import sys
import threading

import pytest

from gantei.catalogue import store
from gantei.errors import GanteiError
from gantei.manifests.file import FILE_NAME


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def install(name, content="first", **options):
    with store.installing(name, **options) as folder:
        (folder / FILE_NAME).write_text(content)


def content(name):
    return (store.installed()[name] / FILE_NAME).read_text()


def leftovers(home):
    return [path.name for path in (home / "estimators").iterdir() if path.name[:2] in (".i", ".r")]


def test_nothing_is_installed_on_a_fresh_machine():
    assert store.installed() == {}


def test_an_estimator_appears_when_it_is_complete(home):
    with store.installing("mine") as folder:
        (folder / FILE_NAME).write_text("first")
        assert store.installed() == {}
    assert content("mine") == "first"
    assert leftovers(home) == []


def test_an_error_installs_nothing_and_leaves_nothing(home):
    with pytest.raises(ZeroDivisionError), store.installing("mine") as folder:
        (folder / FILE_NAME).write_text("half")
        raise ZeroDivisionError
    assert store.installed() == {}
    assert leftovers(home) == []


def test_an_installed_estimator_is_not_replaced_unasked():
    install("mine")
    with pytest.raises(GanteiError, match="--replace"):
        install("mine", "second")
    assert content("mine") == "first"


def test_replacing_puts_the_new_one_in_the_place_of_the_old(home):
    install("mine")
    install("mine", "second", replace=True)
    assert content("mine") == "second"
    assert leftovers(home) == []


def test_a_failed_replacement_keeps_the_old_one():
    install("mine")
    with pytest.raises(ZeroDivisionError), store.installing("mine", replace=True):
        raise ZeroDivisionError
    assert content("mine") == "first"


def test_a_process_killed_between_the_two_renames_loses_nothing(home):
    install("mine")
    (home / "estimators/mine").rename(home / f"estimators/{store.REPLACED}mine")
    install("other")
    assert content("mine") == "first"


def test_between_the_two_renames_the_old_one_is_still_found(home):
    install("mine")
    (home / "estimators/mine").rename(home / f"estimators/{store.REPLACED}mine")
    assert list(store.installed()) == ["mine"]


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_is_no_folder_is_replaced_too(kind, home, tmp_path):
    (home / "estimators").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    if kind == "link":
        (home / "estimators/mine").symlink_to(tmp_path / "elsewhere")
    else:
        (home / "estimators/mine").write_text("a file")
    install("mine", "second", replace=True)
    assert content("mine") == "second"
    assert (tmp_path / "elsewhere").is_dir()
    assert leftovers(home) == []


def test_a_killed_install_is_swept_away_by_the_next(home):
    code = (
        "import os, signal\nfrom gantei.catalogue import store\n"
        "with store.installing('mine') as folder:\n"
        f"    (folder / {FILE_NAME!r}).write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False, env=os.environ)
    assert store.installed() == {}
    assert leftovers(home) != []
    install("mine")
    assert leftovers(home) == []


def test_two_installs_at_once_end_with_one_whole_estimator():
    outcomes = []

    def attempt(number):
        try:
            install("mine", f"content {number}")
            outcomes.append("installed")
        except GanteiError:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["installed", "refused", "refused", "refused"]
    assert content("mine").startswith("content")
