"""The token file is obeyed as it is now; one that cannot be used lets nobody in until it can."""

import errno
import hashlib
import logging
import os
from pathlib import Path

import pytest

from .conftest import wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def test_the_token_file_is_read_again_when_it_changes(ask, token_file):
    client = ask(token_file=token_file)

    def status(token):
        header = {"authorization": f"Bearer {token}"}
        return client.get("/v1/estimators", headers=header).status_code

    token_file.write_text(f"{hashlib.sha256(b'other').hexdigest()} the other ward\n")
    assert (status("secret"), status("other")) == (401, 200)
    token_file.write_text("damaged")
    assert (status("secret"), status("other")) == (401, 401)
    token_file.unlink()
    assert status("other") == 401


def test_a_token_file_that_could_not_be_read_once_is_read_again(
    ask, token_file, monkeypatch, caplog
):
    client = ask(token_file=token_file)

    def status():
        header = {"authorization": "Bearer secret"}
        return client.get("/v1/estimators", headers=header).status_code

    def refuse(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    token_file.write_text(f"# changed\n{token_file.read_text()}")
    with monkeypatch.context() as reading, caplog.at_level(logging.INFO, "gantei.service"):
        reading.setattr(Path, "read_text", refuse)
        assert (status(), status()) == (401, 401)
    assert status() == 200
    assert sum("cannot be used" in each.msg for each in caplog.records) == 1


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions on Windows")
def test_a_token_file_is_read_again_when_its_permissions_change(token_file, caplog):
    from gantei_service.tokens import Tokens

    tokens = Tokens(token_file)
    changed = token_file.stat().st_ctime_ns

    def is_later():
        token_file.chmod(0o400)
        return token_file.stat().st_ctime_ns != changed

    wait_until(is_later)  # the clock of files goes in steps of some milliseconds
    with caplog.at_level(logging.INFO, "gantei.service"):
        assert tokens.owner("Bearer secret")
        assert tokens.owner("Bearer secret")
    assert [each.msg for each in caplog.records] == ["tokens read"]
