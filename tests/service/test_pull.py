"""`gantei pull --from http://host:port`: the folder of one machine, whole on another."""

import shutil

import pytest

from gantei.catalogue.entries import SHIPPED, store
from gantei.errors import SettingError, TransferError, UnknownEstimatorError
from gantei.pull.fetching import pull_estimator
from gantei.pull.http_session import NetworkOptions

from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")


@pytest.fixture
def whole(tmp_path):
    """A folder with golden photographs, card, provenance and, as a stand-in, a signature."""
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "my-age")
    manifest = folder / "estimator.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"demo-age"', '"my-age"', 1), "utf-8")
    (folder / "model.sig").write_text("{}")
    (folder / "notes.txt").write_text("of this machine")
    return folder


def test_what_a_service_serves_is_pulled_whole_and_nothing_beside_it(
    whole, tmp_path, token_file, monkeypatch
):
    server = Server(whole, tmp_path / "log.jsonl", "--token-file", str(token_file))
    source = f"http://127.0.0.1:{server.port}"
    try:
        with pytest.raises(TransferError, match=r"GANTEI_TOKEN.*--token-file"):
            pull_estimator("my-age", source)
        own = tmp_path / "token"
        own.write_text("secret\n")
        pull_estimator("my-age", source, network=NetworkOptions(token_file=own))
        installed = store.installed()["my-age"]
        (whole / "notes.txt").unlink()
        expected = {path.name: path.read_bytes() for path in whole.iterdir()}
        assert {path.name: path.read_bytes() for path in installed.iterdir()} == expected

        monkeypatch.setenv("GANTEI_TOKEN", "secret")
        with pytest.raises(UnknownEstimatorError, match="it serves: my-age"):
            pull_estimator("my-sex", f"{source}/v1/estimators")
        (whole / "card.md").write_text("replaced while it was served")
        with pytest.raises(TransferError, match="status 503"):
            pull_estimator("my-age", source, replace=True)
        assert (installed / "card.md").read_bytes() == expected["card.md"]
    finally:
        server.stop()


def test_what_does_not_answer_as_a_service_is_said(serve, tmp_path):
    server = serve()
    with pytest.raises(TransferError, match=r"holds no estimator"):
        pull_estimator("made", f"http://127.0.0.1:{server.port}/other")
    with pytest.raises(SettingError, match="cannot be read"):
        pull_estimator(
            "made",
            f"http://127.0.0.1:{server.port}",
            network=NetworkOptions(token_file=tmp_path / "none"),
        )
