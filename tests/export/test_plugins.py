"""HDF5 loads code of this machine for a filter that it does not know; gantei asks for none.

Seen by strace: the library opens the files in the folder of plugins by itself.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..system_calls import need_strace, traced

h5py = pytest.importorskip("h5py")

FILE = Path(__file__).parent / "data/tf215-sequential.h5"
UNKNOWN_FILTER = 32001
READ = "import h5py, sys; h5py.File(sys.argv[1])[sys.argv[2]][...]"


@pytest.fixture
def needing(tmp_path):
    """A Keras file whose weights say that a filter made them, and the name of one array."""
    path = Path(shutil.copy(FILE, tmp_path / "needing.h5"))
    with h5py.File(path, "r+") as file:
        names = []
        file.visit(names.append)
        for name in names:
            values = file[name][...] if isinstance(file[name], h5py.Dataset) else None
            if values is not None and values.ndim:
                made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                made.set_chunk(values.shape)
                made.set_filter(UNKNOWN_FILTER, h5py.h5z.FLAG_OPTIONAL, ())
                del file[name]
                space = h5py.h5s.create_simple(values.shape)
                kind = h5py.h5t.py_create(values.dtype)
                array = h5py.h5d.create(file.id, name.encode(), kind, space, made)
                array.write_direct_chunk((0,) * values.ndim, values.tobytes(), 0)
                last = name
    return path, last


def test_no_plugin_is_loaded_for_a_filter_that_is_not_known(needing, tmp_path):
    need_strace()
    path, name = needing
    plugin = tmp_path / "plugins/libfilter.so"
    plugin.parent.mkdir()
    plugin.write_bytes(b"no library")

    def opened(folder, *command):
        environment = {**os.environ, "HDF5_PLUGIN_PATH": str(plugin.parent)}
        subprocess.run(
            traced(tmp_path / folder, sys.executable, *command),
            env=environment, capture_output=True, check=False,
        )  # fmt: skip
        calls = "".join(file.read_text() for file in (tmp_path / folder).iterdir())
        assert str(path) in calls
        return str(plugin) in calls

    assert opened("h5py", "-c", READ, path, name)
    assert not opened("gantei", "-m", "gantei", "import", "my-age", path, "--task", "categorical")
