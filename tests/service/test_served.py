import hashlib
import shutil

import pytest

import gantei
from gantei.catalogue.entries import SHIPPED, store
from gantei.command_line import main
from gantei.errors import (
    NotInstalledError,
    OutputError,
    SettingError,
    SignatureError,
    UnknownEstimatorError,
)

from .conftest import encoded_picture, form

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def test_every_ready_estimator_is_served_where_none_is_named():
    from gantei_service.loaded import load_all

    assert [*load_all((), "cpu")] == ["demo-age", "demo-sex"]


def test_estimators_that_cannot_be_served_are_told_at_the_start(make_estimator, tmp_path):
    from gantei_service.loaded import load_all

    with pytest.raises(UnknownEstimatorError):
        load_all(["other"], "cpu")
    with pytest.raises(NotInstalledError):
        load_all(["joir-sex-mobilenet"], "cpu")
    first = make_estimator()
    with pytest.raises(SettingError, match="one name"):
        load_all([str(first), str(shutil.copytree(first, tmp_path / "second"))], "cpu")


def test_ready_means_that_every_golden_photograph_was_answered_as_it_should(ask):
    client = ask("demo-age", "demo-sex")
    listed = client.get("/v1/estimators").json()["estimators"]
    assert [(each["name"], each["state"]) for each in listed] == [
        ("demo-age", "ready"),
        ("demo-sex", "ready"),
    ]
    assert client.get("/livez").json() == {"alive": True}
    assert [client.head(path).status_code for path in ("/livez", "/readyz")] == [200, 200]


@pytest.mark.parametrize("damage", ["value", "photograph"])
def test_an_estimator_that_fails_its_golden_photograph_never_answers(ask, tmp_path, damage):
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    if damage == "value":
        manifest = folder / "estimator.toml"
        text = manifest.read_text("utf-8")
        assert "age = 39.66" in text
        manifest.write_text(text.replace("age = 39.66", "age = 39.76"), "utf-8")
    else:
        (folder / "golden-2.jpg").unlink()
    client = ask(folder, "demo-sex", ready=False)
    listing = "/v1/estimators"
    while "checking" in (states := [e["state"] for e in client.get(listing).json()["estimators"]]):
        pass
    assert states == ["failed", "ready"]
    for response in (client.get("/readyz"), client.post("/v1/predict", content=b"")):
        assert response.status_code == 503
        assert response.json()["type"].endswith("not-ready")


def test_the_manifest_is_given_whole(ask):
    answer = ask("demo-age").get("/v1/estimators/demo-age").json()
    assert answer["manifest"] == gantei.load("demo-age").manifest.tables()
    assert answer["values"] == {"age": "years"}


def test_the_card_is_markdown_or_a_page_as_asked(ask):
    client = ask("demo-age")
    address = "/v1/estimators/demo-age/card"
    markdown = client.get(address, headers={"accept": "*/*"})
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "\n# demo-age\n" in markdown.text
    page = client.get(address, headers={"accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>demo-age</h1>" in page.text
    assert "<table>" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_what_a_manifest_says_cannot_become_html(ask, make_estimator):
    def change(tables):
        tables["title"] = "<script>alert(1)</script>"
        tables["source"]["page"] = "![x](http://example.org/x.png) [y](javascript:alert(1))"
        tables["source"]["citation"] = "<http://example.org> <img src=x>"

    client = ask(make_estimator(change=change))
    page = client.get("/v1/estimators/made/card", headers={"accept": "text/html"}).text
    assert "&lt;script&gt;" in page
    for forbidden in ("<script", "<img", "<a ", 'src="', "href="):
        assert forbidden not in page


def test_weights_are_downloaded_with_their_digest_and_in_ranges(ask, make_estimator):
    folder = make_estimator()
    client = ask(folder)
    content = (folder / "model.onnx").read_bytes()
    address = "/v1/estimators/made/files/model.onnx"
    whole = client.get(address)
    tag = whole.headers["etag"]
    assert whole.content == content
    assert tag == f'"{hashlib.sha256(content).hexdigest()}"'
    assert client.get(address, headers={"if-none-match": f'"x", {tag}'}).status_code == 304
    part = client.get(address, headers={"range": "bytes=10-19", "if-range": tag})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert client.get(address, headers={"range": "bytes=0-1", "if-range": '"x"'}).content == content
    beyond = client.get(address, headers={"range": "bytes=99999999-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-type"] == "application/problem+json"
    assert client.head(address).headers["content-length"] == str(len(content))
    manifest = client.get("/v1/estimators/made/files/estimator.toml")
    assert manifest.content == (folder / "estimator.toml").read_bytes()


def test_a_file_that_was_replaced_is_not_given(ask, make_estimator):
    folder = make_estimator()
    client = ask(folder)
    (folder / "model.onnx").write_bytes(b"other")
    assert client.get("/v1/estimators/made/files/model.onnx").status_code == 503


@pytest.mark.parametrize(
    "path",
    [
        "../../../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/estimator.toml",
        "%2fetc%2fpasswd",
        "..%5c..%5csecret",
        "model.onnx%00.toml",
        "MODEL.ONNX",
        "secret",
        "./model.onnx%2f",
        ".",
    ],
)
def test_nothing_but_manifest_and_weights_leaves_the_folder(ask, make_estimator, path):
    folder = make_estimator()
    (folder / "secret").write_text("secret")
    response = ask(folder).get(f"/v1/estimators/made/files/{path}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_where_signatures_are_required_the_server_starts_with_nothing_else(
    ask, signed_folder, publisher, monkeypatch
):
    from gantei_service.loaded import load_all

    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError, match=str(signed_folder)):
        load_all(["demo-age", str(signed_folder)], "cpu")
    publisher.trusted()
    (listed,) = ask(signed_folder).get("/v1/estimators").json()["estimators"]
    assert listed["warnings"] == []
    (signed_folder / "extra").touch()
    with pytest.raises(SignatureError, match="extra was added"):
        load_all([str(signed_folder)], "cpu")
    store.folder().mkdir()
    signed_folder.rename(store.folder() / "made")
    with pytest.raises(SignatureError, match="extra was added"):
        load_all((), "cpu")


def test_a_signature_that_does_not_hold_is_told_with_every_estimate(ask, signed_folder, publisher):
    publisher.trusted()
    (signed_folder / "extra").touch()
    client = ask(signed_folder)
    (listed,) = client.get("/v1/estimators").json()["estimators"]
    answer = client.post("/v1/predict", **form(encoded_picture(1))).json()
    told = answer["photographs"][0]["estimates"]["made"]["warnings"]
    assert told == listed["warnings"]
    assert "extra was added" in told[0]["text"]


def test_gantei_serve_ends_with_the_folder_that_is_not_signed(
    signed_folder, monkeypatch, capsys, publisher
):
    monkeypatch.setenv("GANTEI_TRUST", "require")
    assert main(["serve", "--port", "0", "--with", str(signed_folder)]) == 2
    told = capsys.readouterr().err
    assert str(signed_folder) in told
    assert f"signed by key {publisher.id}, which is not trusted here" in told


def test_a_link_to_a_file_of_this_machine_is_not_offered_nor_carried(
    make_estimator, tmp_path, monkeypatch
):
    from gantei_service import bento
    from gantei_service.loaded import load_all

    secret = tmp_path / "secret"
    secret.write_text("secret")
    folder = make_estimator()
    (folder / "card.md").symlink_to(secret)
    assert "card.md" not in load_all([str(folder)], "cpu")["made"].files
    monkeypatch.setattr(bento, "find_spec", lambda name: name)
    monkeypatch.setattr(bento, "_built", lambda staged: pytest.fail("it was built"))
    with pytest.raises(OutputError, match=r"card\.md: is a link"):
        bento.build([str(folder)])
