"""What a bundle refuses: wheels that nobody names, and installed files that were changed."""

import base64
import hashlib
from importlib import metadata
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest

from gantei.bundle import wheels
from gantei.bundle.targets import Requirement, Target
from gantei.errors import OutputError


def test_a_target_takes_wheels_from_glibc_2_28_down_to_2_17():
    tags = Target("linux-aarch64", "3.12").tags
    assert tags[0] == "manylinux_2_28_aarch64"
    assert "manylinux_2_17_aarch64" in tags
    assert not {"manylinux_2_29_aarch64", "manylinux_2_16_aarch64"} & {*tags}


def test_a_wheel_that_no_exact_version_names_is_refused(tmp_path):
    named, own = tmp_path / "named-1.0-py3-none-any.whl", tmp_path / "gantei-0.1.0-py3-none-any.whl"
    for path in (named, own):
        path.write_bytes(path.name.encode())
    digest = hashlib.sha256(named.read_bytes()).hexdigest()
    listed = [Requirement("named", "1.0", "", frozenset({digest}))]
    lines = wheels.pinned_lines(listed, tmp_path, own)
    assert f"named==1.0 \\\n    --hash=sha256:{digest}\n" in lines
    (tmp_path / "stray-2.0-py3-none-any.whl").write_bytes(b"stray")
    with pytest.raises(OutputError, match=r"no exact version names: stray-2\.0"):
        wheels.pinned_lines(listed, tmp_path, own)


class Installed(PurePosixPath):
    """A file of an installation, with the hash that was recorded of it."""

    hash = None


def test_an_installed_file_that_was_changed_does_not_become_a_wheel(tmp_path, monkeypatch):
    site, into = tmp_path / "site", tmp_path / "wheels"
    (site / "gantei").mkdir(parents=True)
    into.mkdir()
    (site / "gantei/a.py").write_text("1\n")
    recorded = base64.urlsafe_b64encode(hashlib.sha256(b"1\n").digest()).rstrip(b"=").decode()
    file = Installed("gantei/a.py")
    file.hash = SimpleNamespace(value=recorded)
    found = SimpleNamespace(version="0.1.0", files=[file], locate_file=lambda each: site / each)
    monkeypatch.setattr(metadata, "distribution", lambda name: found)
    monkeypatch.setattr(wheels, "is_checkout", lambda: False)
    assert isinstance(wheels.own_wheel(into), Path)
    (site / "gantei/a.py").write_text("2\n")
    with pytest.raises(OutputError, match=r"gantei/a\.py is not as it was installed"):
        wheels.own_wheel(into)
