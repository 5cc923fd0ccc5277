"""The page's files and the documentation, as the service sends them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service's packages are not installed")

FOLDER = Path(__file__).parents[2] / "service/gantei_service/page"
MODULES = sorted(FOLDER.glob("*.js"))
STYLE = (FOLDER / "page.css").read_text("utf-8")
OPEN = ["/", "/docs", "/page/app.js", "/page/page.css", "/page/icon.svg", "/page/colours.json"]


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize("address", OPEN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_page_and_documentation_need_no_token_and_hold_no_data(ask, token_file, address, method):
    client = ask(token_file=token_file, client=("192.0.2.7", 5000))
    response = client.request(method, address)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "://" not in policy
    assert response.headers["cache-control"] == "no-cache"
    again = client.request(method, address, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "made" not in response.text


@pytest.mark.parametrize("address", ["/page/", "/page/../app.py", "/page/%2e%2e/app.py", "/page/x"])
def test_nothing_else_is_below_the_page(ask, token_file, address):
    assert ask(token_file=token_file).get(address).status_code in {401, 404}


@pytest.mark.parametrize("address", ["/", "/docs"])
def test_a_page_loads_its_own_files_only_and_runs_nothing_inline(ask, address):
    client = ask()
    elements = Elements(client.get(address).text).found
    loaded = [
        found[key]
        for tag, found in elements
        for key in ("src", "href")
        if key in found and tag in {"script", "link", "img"}
    ]
    assert loaded
    for path in loaded:
        assert client.get(f"/{path}").status_code == 200, path
    inline = [found for tag, found in elements if tag == "script" and "src" not in found]
    handlers = [key for _, found in elements for key in found if key.startswith("on")]
    assert (inline, handlers) == ([], [])
    assert not any("style" in found or tag == "style" for tag, found in elements)


def test_modules_import_what_is_there_and_name_no_other_place():
    for path in [*MODULES, FOLDER / "page.css", FOLDER / "index.html"]:
        text = path.read_text("utf-8")
        assert not re.search(r"https?://|eval\(|innerHTML|localStorage|sessionStorage|cookie", text)
        for name in re.findall(r'from "\./(.*?)"', text):
            assert (FOLDER / name).is_file(), (path, name)


def test_every_module_has_one_role_and_says_it_in_at_most_250_lines():
    for path in MODULES:
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) <= 250, path
        assert lines[0].startswith("// "), path


def test_the_documentation_lists_every_address_of_the_interface(ask):
    client = ask()
    page = client.get("/docs").text
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        assert f"<code>{path}</code>" in page
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in page
    assert "photographs" in page
    assert "Not a diagnosis" in page


def test_the_list_of_estimators_tells_the_limits(ask):
    limits = ask(photographs=7).get("/v1/estimators").json()["limits"]
    assert limits == {"body_bytes": 64_000_000, "photographs": 7}


def colours(block):
    return dict(re.findall(r"--([\w-]+): (#\w{6});", block))


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(scheme):
    light, dark = re.findall(r":root \{([^}]*--paper[^}]*)\}", STYLE)
    shades = colours(light) | (colours(dark) if scheme == "dark" else {})
    grounds = {
        "ink": ("paper", "sheet", "wash"),
        "soft": ("paper", "sheet", "wash"),
        "own": ("paper", "sheet", "wash"),
        "own-ink": ("own",),
        "amber-ink": ("amber",),
        "bad": ("paper", "sheet", "bad-wash"),
        "ink ": ("bad-wash",),
        "bar-ink": ("bar",),
    }
    for text, behind in grounds.items():
        for ground in behind:
            pair = sorted((luminance(shades[text.strip()]), luminance(shades[ground])))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (text, ground)
