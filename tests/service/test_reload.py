"""`POST /v1/reload`: who may, what is read again, and that a failure changes nothing."""

import gc
import logging
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from threading import enumerate as threads

import pytest

from gantei.catalogue.entries import SHIPPED, store

from .asking import assert_problem
from .conftest import digest, encoded_picture, form, wait_until
from .metric_samples import samples
from .reloads import ADDRESS, ADMINISTRATOR, WARD, refused

pytest.importorskip("fastapi", reason="the service's packages are not installed")


@pytest.fixture
def serving(ask, tokens):
    """`serving(*folders, **settings)`: a client of a service that can be reloaded."""

    def start(*folders, **settings):
        return ask(*folders, token_file=tokens, reload_address=True, **settings)

    return start


def estimate(client, estimator="made", headers=WARD):
    answer = client.post("/v1/predict", **form(encoded_picture(1)), headers=headers)
    assert answer.status_code == 200, answer.text
    (value,) = answer.json()["photographs"][0]["estimates"][estimator]["values"].values()
    return value["value"]


def metric(client, name):
    return samples(client.get("/metrics", headers=WARD).text).get(name)


def test_estimators_are_read_again_with_whom_they_are_for(serving, make_estimator, replaced):
    folder = make_estimator()
    client = serving(folder)
    before = estimate(client)
    replaced(folder, 2.0)
    assert estimate(client) == before
    answer = client.post(ADDRESS, headers=ADMINISTRATOR)
    assert answer.json() == {"estimators": ["made"], "tokens": 2, "certificate_expires": None}
    assert estimate(client) == pytest.approx(2 * before, rel=1e-5)
    content = (folder / "model.onnx").read_bytes()
    assert client.get("/v1/estimators/made/files/model.onnx", headers=WARD).content == content
    assert metric(client, 'gantei_reloads_total{result="done"}') == 1
    assert metric(client, "gantei_last_reload_successful") == 1


def test_the_list_of_all_that_are_ready_is_made_again(serving, make_estimator):
    client = serving(estimators=())
    installed = store.folder() / "other"
    installed.parent.mkdir()

    def reloaded():
        return client.post(ADDRESS, headers=ADMINISTRATOR).json()["estimators"]

    make_estimator("other").rename(installed)
    assert reloaded() == ["demo-age", "demo-sex", "other"]
    shutil.rmtree(installed)
    assert reloaded() == ["demo-age", "demo-sex"]


@pytest.mark.parametrize(
    ("headers", "status", "kind"),
    [({}, 401, "token-required"), (WARD, 403, "reload-not-allowed")],
)
def test_only_a_token_that_may_reloads(serving, headers, status, kind):
    client = serving()
    problem = assert_problem(client.post(ADDRESS, headers=headers), status, kind)
    assert status == 401 or "reload" in problem["detail"]
    assert metric(client, 'gantei_reloads_total{result="done"}') == 0
    assert_problem(client.get(ADDRESS, headers=ADMINISTRATOR), 405, "method-not-allowed")


@pytest.mark.parametrize("settings", [{}, {"insecure": True}])
def test_without_tokens_there_is_no_such_address(ask, settings):
    client = ask(reload_address=True, **settings)
    assert_problem(client.post(ADDRESS), 404, "not-found")
    assert ADDRESS not in client.get("/openapi.json").json()["paths"]


def test_in_a_bento_there_is_no_such_address(ask, tokens):
    client = ask(token_file=tokens)
    assert_problem(client.post(ADDRESS, headers=ADMINISTRATOR), 404, "not-found")


@pytest.mark.parametrize("request_", [{"content": b"{}"}, {"params": {"with": "other"}}])
def test_a_request_chooses_nothing(serving, request_):
    client = serving()
    answer = client.post(ADDRESS, headers=ADMINISTRATOR, **request_)
    assert assert_problem(answer, 422, "invalid-request")["code"] == "reload-with-argument"
    assert metric(client, 'gantei_reloads_total{result="done"}') == 0


def test_an_estimator_that_cannot_be_used_leaves_the_old_one(
    serving, make_estimator, replaced, caplog
):
    folder = make_estimator()
    client = serving(folder)
    before = estimate(client)
    replaced(folder, 2.0)
    (folder / "model.onnx").write_bytes(b"damaged")
    with caplog.at_level(logging.INFO, "gantei.service"):
        refused(client, "model.onnx has 7 bytes")
    (told,) = [each.facts for each in caplog.records if each.msg.startswith("reload failed")]
    assert (told["by"], "model.onnx has 7 bytes" in told["why"]) == ("it", True)
    shutil.rmtree(folder)
    refused(client, str(folder))
    assert estimate(client) == before
    assert client.get("/readyz").status_code == 200
    assert metric(client, 'gantei_reloads_total{result="failed"}') == 2
    assert metric(client, "gantei_last_reload_successful") == 0
    assert metric(client, "gantei_last_reload_timestamp_seconds") > 0


def test_golden_photographs_are_answered_first(serving, tmp_path):
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    client = serving(folder)
    manifest = folder / "estimator.toml"
    text = manifest.read_text("utf-8")
    assert "age = 39.66" in text
    manifest.write_text(text.replace("age = 39.66", "age = 39.76"), "utf-8")
    refused(client, "golden-")
    assert client.get("/readyz").status_code == 200
    described = client.get("/v1/estimators/demo-age", headers=WARD).json()
    assert "39.76" not in str(described["manifest"])


def test_a_signature_that_is_required_is_looked_at_first(
    serving, signed_folder, publisher, monkeypatch
):
    monkeypatch.setenv("GANTEI_TRUST", "require")
    publisher.trusted()
    client = serving(signed_folder)
    (signed_folder / "card.md").write_text("changed")
    refused(client, "card.md")
    assert estimate(client)


def test_an_error_nobody_thought_of_leaves_the_old_and_tells_its_kind(serving, monkeypatch, caplog):
    import gantei_service.reloading as module

    def fail(*_):
        raise RuntimeError("Tanaka Hanako")

    client = serving()
    monkeypatch.setattr(module, "load_context", fail)
    with caplog.at_level(logging.INFO, "gantei.service"):
        assert refused(client, "RuntimeError")["detail"] == "RuntimeError"
    assert "Tanaka" not in caplog.text
    assert estimate(client)


def test_tokens_are_read_again(serving, tokens):
    client = serving()
    tokens.write_text(f"reload {digest('administrator')} it\n{digest('new')} ward 4\n")
    assert client.post(ADDRESS, headers=ADMINISTRATOR).json()["tokens"] == 2
    statuses = [
        client.get("/v1/estimators", headers={"authorization": f"Bearer {token}"}).status_code
        for token in ("ward", "new", "administrator")
    ]
    assert statuses == [401, 200, 200]
    tokens.write_text(f"{digest('administrator')} it\n")
    answer = client.post(ADDRESS, headers=ADMINISTRATOR)
    assert_problem(answer, 403, "reload-not-allowed")


@pytest.fixture
def opened(monkeypatch):
    """References to every estimator that is opened, which keep none alive."""
    import gantei_service.loaded as module

    references, load = [], module.load

    def remember(*arguments, **options):
        estimator = load(*arguments, **options)
        references.append(weakref.ref(estimator))
        return estimator

    monkeypatch.setattr(module, "load", remember)
    return references


@pytest.mark.parametrize("batch", [None, 4])
def test_a_request_that_has_begun_ends_with_the_old_which_is_then_freed(
    serving, make_estimator, replaced, opened, monkeypatch, batch
):
    import gantei_service.photograph_job as module

    decoding, go_on, prepare = Event(), Event(), module.prepare

    def wait(*arguments):
        decoding.set()
        assert go_on.wait(20)
        return prepare(*arguments)

    folder = make_estimator()
    client = serving(folder, batch=batch)
    before, old = estimate(client), list(opened)
    monkeypatch.setattr(module, "prepare", wait)
    with ThreadPoolExecutor(1) as thread:
        begun = thread.submit(estimate, client)
        assert decoding.wait(20)
        replaced(folder, 2.0)
        assert client.post(ADDRESS, headers=ADMINISTRATOR).status_code == 200
        assert all(each() for each in old)
        go_on.set()
        assert begun.result(20) == before
    assert estimate(client) == pytest.approx(2 * before, rel=1e-5)

    def freed():
        gc.collect()
        return not any(each() for each in old)

    wait_until(freed)
    assert any(each() for each in opened)
    if batch:
        wait_until(lambda: sum("gantei-batch" in each.name for each in threads()) == 1)


def test_what_a_failed_reload_opened_is_freed(serving, make_estimator, opened, monkeypatch):
    import gantei_service.loaded as module
    from gantei.errors import WeightsError

    def fail(*_):
        raise WeightsError("wrong")

    client = serving()
    served = len(opened)
    monkeypatch.setattr(module, "check_golden", fail)
    refused(client, "wrong")
    assert len(opened) > served

    def freed():
        gc.collect()
        return not any(each() for each in opened[served:])

    wait_until(freed)
    assert all(each() for each in opened[:served])


def test_every_estimator_that_fails_its_check_is_named(serving, monkeypatch):
    import gantei_service.loaded as module
    from gantei.errors import WeightsError

    def fail(estimator, _):
        raise WeightsError(f"{estimator.name} is wrong")

    client = serving("demo-age", "demo-sex")
    monkeypatch.setattr(module, "check_golden", fail)
    refused(client, "demo-age is wrong; demo-sex is wrong")


def test_one_reloads_at_a_time(serving, monkeypatch):
    import gantei_service.context as module

    checking, go_on, check_all = Event(), Event(), module.check_all

    def wait(*arguments):
        checking.set()
        assert go_on.wait(20)
        return check_all(*arguments)

    client = serving()
    monkeypatch.setattr(module, "check_all", wait)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(client.post, ADDRESS, headers=ADMINISTRATOR)
        assert checking.wait(20)
        second = client.post(ADDRESS, headers=ADMINISTRATOR)
        assert estimate(client)
        go_on.set()
        assert first.result(20).status_code == 200
    assert_problem(second, 503, "reload-running")
    assert second.headers["retry-after"] == "5"
    assert client.post(ADDRESS, headers=ADMINISTRATOR).status_code == 200
