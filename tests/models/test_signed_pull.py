"""`GANTEI_TRUST=require`: what is pulled unsigned, or signed and altered, never gets in."""

import pytest

from gantei.catalogue import store
from gantei.errors import SignatureError
from gantei.pull.fetching import pull_estimator

from ..signed import Publisher

pytest.importorskip("cryptography", reason="signs the folder")


def test_only_what_a_trusted_key_signed_is_pulled(hub, make_estimator, tmp_path, monkeypatch):
    folder = make_estimator("my-age")
    publisher = Publisher(tmp_path / "keys")
    publisher.trusted()
    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError):
        pull_estimator("my-age", hub.offer(folder, commit="a" * 40))
    publisher.sign(folder)
    (folder / "provenance.json").write_text("{}")
    with pytest.raises(SignatureError, match=r"provenance\.json was added"):
        pull_estimator("my-age", hub.offer(folder, commit="b" * 40))
    assert store.installed() == {}
    (folder / "provenance.json").unlink()
    pull_estimator("my-age", hub.offer(folder, commit="c" * 40))
    assert (store.installed()["my-age"] / "model.sig").is_file()
