"""A reload needs memory for the weights of old and new together."""

import pytest

from gantei.catalogue.entries import SHIPPED

from .reloads import ADDRESS, ADMINISTRATOR, refused

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def test_there_has_to_be_memory_for_old_and_new_together(ask, tokens, monkeypatch):
    import gantei_service.reloading as module

    client = ask("demo-age", "demo-sex", token_file=tokens, reload_address=True)
    monkeypatch.setattr(module, "free_memory", lambda: 5_000_000)
    refused(client, "5 MB are free")
    monkeypatch.setattr(module, "free_memory", lambda: None)
    assert client.post(ADDRESS, headers=ADMINISTRATOR).status_code == 200


def test_the_memory_to_load_follows_from_the_weights(monkeypatch):
    import gantei_service.loaded as module

    sizes = [(SHIPPED / name / "model.onnx").stat().st_size for name in ("demo-age", "demo-sex")]
    monkeypatch.setattr(module, "cores", lambda: 2)
    needed = module.memory_to_load(["demo-age", "demo-sex"], None)
    assert needed == int(1.5 * 2 * sum(sizes) + 3 * max(sizes))
    assert module.memory_to_load((), None) == needed
    undivided = int(1.5 * sum(sizes) + 3 * max(sizes))
    assert module.memory_to_load((), 4) == undivided
    assert module.memory_to_load((), None, on_gpu=True) == undivided


def test_on_a_gpu_one_session_of_each_has_to_fit(ask, tokens, monkeypatch):
    import gantei_service.loaded as loaded
    import gantei_service.reloading as module
    from gantei.estimator.estimator import Estimator

    client = ask("demo-age", "demo-sex", token_file=tokens, reload_address=True)
    monkeypatch.setattr(loaded, "cores", lambda: 2)
    free = loaded.memory_to_load(["demo-age", "demo-sex"], None, on_gpu=True)
    monkeypatch.setattr(module, "free_memory", lambda: free)
    refused(client, "MB are free")
    monkeypatch.setattr(Estimator, "device", property(lambda _: "cuda"))
    assert client.post(ADDRESS, headers=ADMINISTRATOR).status_code == 200
