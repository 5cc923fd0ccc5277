"""With `GANTEI_OFFLINE=1` Python makes no socket and looks no name up: an audit hook counts.

It does not see what native code does, nor what a process would do that lives on: that is
tests/test_nothing_leaves.py.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gantei.catalogue.entries import SHIPPED

# Every socket that Python makes is announced to the hook before it exists.
WATCHED = """
import sys
seen = []
sys.addaudithook(lambda event, arguments: event.startswith("socket.") and seen.append(event))
from gantei.command_line import main
code = main(sys.argv[1:])
print("sockets:", *seen, file=sys.stderr)
sys.exit(code)
"""
PREDICT = (
    "predict",
    str(SHIPPED / "demo-age" / "golden-1.jpg"),
    "--with",
    "demo-age",
    "--out",
    "-",
)


def watched(*arguments, offline="1"):
    environment = {**os.environ, "GANTEI_OFFLINE": offline, "HF_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        check=False, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    said, _, sockets = done.stderr.rpartition("sockets:")
    return done.returncode, said, sockets.split()


@pytest.mark.parametrize(
    ("source", "by_hand"),
    [
        ("hf:org/eyes", "download its files into a folder"),
        ("hf:org/eyes@" + "a" * 40, "gantei pull my-age --from FOLDER"),
        ("https://example.org/my-age/", "download https://example.org/my-age/"),
        ("https://example.org/my-age.zip", "gantei pull my-age --from FILE_OR_FOLDER"),
        ("http://ward-3:3000", "copy the folder that gantei where my-age names"),
    ],
)
def test_pull_from_elsewhere_is_refused_with_what_to_do_by_hand(source, by_hand):
    code, said, sockets = watched("pull", "my-age", "--from", source)
    assert (code, sockets) == (2, [])
    assert "GANTEI_OFFLINE is set" in said
    assert by_hand in said


def test_publish_is_refused_with_what_to_do_by_hand():
    code, said, sockets = watched(
        "publish", str(SHIPPED / "demo-age"), "--to", "hf:org/eyes", "--yes"
    )
    assert (code, sockets) == (2, [])
    assert "upload the same files" in said


@pytest.mark.parametrize(
    "arguments",
    [("list",), ("where",), PREDICT, ("pull", "demo-age"), ("cite", "joir-age-swin-b")],
)
def test_what_needs_no_network_works_without_a_socket(arguments):
    code, said, sockets = watched(*arguments)
    assert (code, sockets) == (0, []), said


def test_a_folder_is_pulled_and_removed_without_a_socket(make_estimator):
    folder = make_estimator("my-age")
    for arguments in (("pull", "my-age", "--from", str(folder)), ("remove", "my-age")):
        code, said, sockets = watched(*arguments)
        assert (code, sockets) == (0, []), said


def test_a_keras_file_is_imported_without_a_socket():
    pytest.importorskip("h5py")
    file = Path(__file__).parents[1] / "export/data/tf215-sequential.h5"
    code, said, sockets = watched("import", "my-age", str(file), "--task", "categorical")
    assert (code, sockets) == (0, []), said


def test_the_hook_does_see_sockets():
    code, _, sockets = watched("pull", "my-age", "--from", "http://127.0.0.1:9", offline="0")
    assert code == 2
    assert "socket.connect" in sockets
