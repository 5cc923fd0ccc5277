"""What a page of another origin sends is refused; without tokens, what a proxy sends is too."""

import pytest

from gantei.command_line import main
from gantei.errors import SettingError

from .asking import refused
from .conftest import encoded_picture, form

pytest.importorskip("fastapi", reason="the service's packages are not installed")

HERE = {"host": "localhost:3000"}
INFER = {"inputs": [{"name": "photograph", "datatype": "BYTES", "shape": [1], "data": ["AAAA"]}]}


def sent(client, headers):
    """Status and code of the answer to a photograph that comes with these headers."""
    answer = client.post("/v1/predict", **form(encoded_picture(1)), headers=headers)
    return answer.status_code, answer.json().get("code")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site", "other", ""])
def test_what_the_browser_calls_another_page_is_refused(ask, site):
    assert sent(ask(), {"sec-fetch-site": site}) == (403, "sent-by-other-page")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_own_page_and_no_page_are_answered(ask, site):
    headers = HERE | {"sec-fetch-site": site, "origin": "http://localhost:3000"}
    assert sent(ask(), headers)[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null", "", "http://localhost", "http://localhost:3001", "http://127.0.0.1:3000",
        "http://example.org", "http://localhost:3000.example.org", "http://localhost:3000/",
        "localhost:3000", "file://", "chrome-extension://localhost:3000", "http://[::1",
        "http://localhost:x", "http://someone@localhost:3000/x",
    ],
)  # fmt: skip
def test_an_origin_that_is_not_this_address_is_refused(ask, origin):
    assert sent(ask(), HERE | {"origin": origin}) == (403, "origin-not-own")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("fundus.example.org", "https://fundus.example.org"),
        ("fundus.example.org", "http://Fundus.Example.org:80"),
        ("fundus.example.org:443", "https://fundus.example.org"),
        ("fundus.example.org:8443", "https://fundus.example.org:8443"),
        ("[2001:db8::7]:3000", "http://[2001:db8::7]:3000"),
    ],
)
def test_a_proxy_that_passes_on_the_host_leaves_the_page_its_origin(ask, token_file, host, origin):
    headers = {"host": host, "origin": origin, "authorization": "Bearer secret"}
    forwarded = {"x-forwarded-for": "192.0.2.7", "via": "1.1 caddy"}
    assert sent(ask(token_file=token_file), headers | forwarded)[0] == 200


def test_another_host_of_the_proxy_is_stated(ask):
    from gantei_service.origins import stated_origin

    client = ask(public_origins=(stated_origin("https://fundus.example.org"),))
    assert sent(client, HERE | {"origin": "https://fundus.example.org"})[0] == 200
    for origin in ("http://fundus.example.org", "https://fundus.example.org:8443", "null"):
        assert sent(client, HERE | {"origin": origin}) == (403, "origin-not-own")
    assert sent(client, HERE | {"origin": "http://localhost:3000"})[0] == 200


@pytest.mark.parametrize(
    "address", ["/v1/predict", "/v2/models/made/infer", "/bentoml/predict", "/nowhere", "/livez"]
)
def test_every_address_that_takes_a_body_is_guarded(ask, address):
    answer = ask().post(address, json=INFER, headers={"origin": "null"})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (403, "urn:problem-type:gantei:cross-origin")
    assert "--public-origin" in problem["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "BREW"])
def test_no_method_that_could_change_something_is_let_through(ask, method):
    answer = ask().request(method, "/v1/predict", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_reading_is_not_for_the_browser_to_refuse(ask):
    headers = {"sec-fetch-site": "cross-site", "origin": "https://example.org"}
    assert ask().get("/v1/estimators", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"],
)
def test_without_tokens_what_a_proxy_sends_is_refused(ask, token_file, make_estimator, header):
    folder, headers = make_estimator(), {header: "192.0.2.7"}
    client = ask(folder)
    assert sent(client, headers) == (403, "sent-by-proxy")
    told = client.get("/v1/estimators", headers=headers).json()
    assert told["type"].endswith("loopback-only")
    assert header in told["detail"]
    assert client.get("/livez", headers=headers).status_code == 200
    assert sent(ask(folder, insecure=True), headers)[0] == 200
    with_token = headers | {"authorization": "Bearer secret"}
    assert sent(ask(folder, token_file=token_file), with_token)[0] == 200


def test_a_refusal_says_what_to_do(ask):
    client = ask()
    form_of_one = form(encoded_picture(1))
    for headers, told in (
        ({"sec-fetch-site": "cross-site"}, "use the server's own page"),
        (
            HERE | {"origin": "http://a.example"},
            "a page at http://a.example sent this to localhost",
        ),
    ):
        problem = refused(client, 403, "cross-origin", **form_of_one, headers=headers).json()
        assert told in problem["detail"]


@pytest.mark.parametrize(
    "text", ["fundus.example.org", "https://fundus.example.org/", "ftp://a.example", "null", "*"]
)
def test_a_public_origin_that_is_none_is_refused_at_the_start(text, capsys):
    from gantei_service.settings import from_environment

    assert main(["serve", "--with", "demo-age", "--public-origin", text]) == 2
    assert "https://fundus.example.org" in capsys.readouterr().err
    with pytest.raises(SettingError, match="not the origin of a page"):
        from_environment({"GANTEI_SERVE_PUBLIC_ORIGIN": f"https://a.example, {text}"})


def test_bentoml_is_told_public_origins_by_the_environment():
    from gantei_service.origins import PageOrigin
    from gantei_service.settings import from_environment

    given = {"GANTEI_SERVE_PUBLIC_ORIGIN": "https://a.example,http://b.example:3000"}
    assert from_environment(given).public_origins == (
        PageOrigin("https", "a.example", 443),
        PageOrigin("http", "b.example", 3000),
    )
