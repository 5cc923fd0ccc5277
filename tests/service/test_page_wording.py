"""The page words findings as the library does, from the very same files."""

import json
import math
from string import Formatter

import pytest

from gantei.findings.wording import text_of, wording

from .browsing import needs_browser

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

NUMBERS = [0.25, 0.35, 2.5, 3.5, 0.0, -1.25, 12.345, 44.06, 9.9995, 0.00012345, 0.000012345]
NUMBERS += [123456.7, 1234567.8, 99.95, 0.1, 61, 1e20]
TEXTS = ["age", "right", "constructor", "{name} $& <b>", "眼底", 7]
SAYS = "({ textOf }, [findings, language]) => findings.map((each) => textOf(each, language))"
CODES = sorted(code for code in wording("en")["texts"] if not code.endswith(".item"))


def samples(code, spec):
    """Values to put where a text has a name with this format."""
    if spec == "list":
        items = values_of(f"{code}.item")
        return [[], ["a", "b"], ["age"]] if items is None else [items[:1], items[:3]]
    return NUMBERS if spec and spec[-1] in "fg" else TEXTS


def values_of(code):
    """Some values for a code: of each name all the samples, one after the other; None: no text."""
    fields = {}
    for language in ("en", "ja"):
        if (text := wording(language)["texts"].get(code)) is None:
            return None
        for _, name, spec, _ in Formatter().parse(text):
            if name and (spec or name not in fields):
                fields[name] = samples(code, spec)
    most = max((len(each) for each in fields.values()), default=1)
    return [
        {name: of_name[turn % len(of_name)] for name, of_name in fields.items()}
        for turn in range(most)
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_code_is_worded_as_by_the_library(module, language):
    findings = [{"code": code, "values": values} for code in CODES for values in values_of(code)]
    said = module("wording", SAYS, [findings, language])
    expected = [text_of(each["code"], each["values"], language) for each in findings]
    assert len(expected) > len(CODES)
    for each, one, other in zip(findings, said, expected, strict=True):
        assert one == other, each


@pytest.mark.parametrize("spec", [".0f", ".1f", ".2f", "g", ".3g"])
def test_numbers_are_written_as_python_does(module, spec):
    numbers = [sign * number for number in NUMBERS for sign in (1, -1) if number or sign == 1]
    numbers += [math.nextafter(0.25, 1), math.nextafter(0.25, 0), 1e-7, 5e-5, 999999.5]
    code = """async (wording, [numbers, spec]) => {
        wording.WORDING.en.texts["a-number"] = `{number:${spec}}`;
        return numbers.map((number) =>
            wording.textOf({ code: "a-number", values: { number } }, "en"));
    }"""
    assert module("wording", code, [numbers, spec]) == [format(each, spec) for each in numbers]


@pytest.mark.parametrize(
    "finding",
    [
        {"code": "from-a-later-version", "values": {}},
        {"code": "constructor", "values": {}},
        {"code": "enlarged", "values": {"width": 5}},
        {"code": "enlarged"},
    ],
)
def test_what_it_has_no_words_for_is_left_to_the_servers_english(module, finding):
    assert module("wording", SAYS, [[finding], "ja"]) == [None]
    said = module(
        "language", "({ worded }, finding) => worded(finding)", finding | {"text": "as it was sent"}
    )
    assert said == {"text": "as it was sent", "lang": "en"}


def test_a_notice_without_japanese_is_said_in_english(module):
    notice = {"code": "notice", "values": {"text": "Trial", "text_ja": ""}, "text": "Trial"}
    said = module("language", "(m, finding) => { m.use('ja'); return m.worded(finding); }", notice)
    assert said == {"text": "Trial", "lang": "en"}


def test_values_units_and_problems_are_named_in_the_language(module):
    names = """(m, language) => {
        m.use(language);
        return [m.valueName("age"), m.unitName("years"), m.problemWords({ kind: "busy" }).text,
                m.problemWords({ kind: "unreachable" }).text, m.valueName("drusen")];
    }"""
    assert module("language", names, "en") == [
        "Age", "years", wording("en")["titles"]["busy"], "The server cannot be reached", "Drusen",
    ]  # fmt: skip
    assert module("language", names, "ja") == [
        "年齢", "歳", wording("ja")["titles"]["busy"], "サーバーに接続できません", "Drusen",
    ]  # fmt: skip


def test_what_only_an_extra_reads_is_said_to_whoever_cannot_install_it(module):
    said = """({ problemWords, use }, language) => {
        use(language);
        return problemWords({ kind: "unusable-photograph", code: "dicom-needs-extra",
            detail: "a DICOM file", values: {} }).detail;
    }"""
    assert module("language", said, "en") == (
        "a DICOM file; this server is not set up to read it, but whoever runs it can change that"
    )
    assert "管理者" in module("language", said, "ja")


@pytest.mark.parametrize("installed", [True, False])
def test_the_page_names_the_formats_that_its_server_reads(monkeypatch, installed):
    from gantei_service.routes import page

    monkeypatch.setattr(page, "EXTRAS", dict.fromkeys(page.EXTRAS, lambda: installed))
    page.assets.cache_clear()
    try:
        named = json.loads(page.assets()["formats.json"].content)["names"]
    finally:
        page.assets.cache_clear()
    assert ("DICOM" in named, "HEIF" in named, "JPEG" in named) == (installed, installed, True)
