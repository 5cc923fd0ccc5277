"""Cards: what stands in them, how they are written, and that no defect of one goes unseen."""

import json
import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from gantei.card import as_page, as_terminal_text, card, check, composed_of
from gantei.card.document import HEADINGS, FactList
from gantei.card.published import FILE, works
from gantei.catalogue.entries import SHIPPED, find, shipped
from gantei.command_line import main
from gantei.errors import ManifestError, UnknownEstimatorError
from gantei.manifests.manifest import Manifest
from gantei.terminal.text_table import fitted_table, width, wrapped

CARDS = Path(__file__).parents[2] / "model_cards"
NAMES = [entry.name for entry in shipped()]


@pytest.fixture
def folder(tmp_path):
    """A copy of a shipped estimator's folder."""
    return Path(shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age"))


def altered(folder, before, after):
    path = folder / "card.md"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    return check(folder)


@pytest.mark.parametrize("path", [*sorted(CARDS.glob("*.md")), *sorted(SHIPPED.glob("demo-*"))])
def test_every_card_of_this_repository_is_complete_and_right(path):
    assert check(path) == []


def test_every_entry_of_the_catalogue_has_a_card():
    assert {path.stem for path in CARDS.glob("*.md")} == {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_card_has_the_twelve_headings_in_order_and_no_blank(name):
    text = (CARDS / f"{name}.md").read_text("utf-8")
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == HEADINGS
    for section in composed_of(find(name)).sections:
        for block in section.blocks:
            if isinstance(block, FactList):
                assert all(value.strip() for _, value in block.items)


@pytest.mark.parametrize("name", NAMES)
def test_the_hub_reads_the_front_matter_as_it_is_meant(name):
    from huggingface_hub import ModelCard

    manifest = find(name).manifest
    data = ModelCard((CARDS / f"{name}.md").read_text("utf-8")).data
    assert data.library_name == "gantei"
    if name.startswith("joir"):
        assert (data.license, data.license_name) == ("other", "unknown")
    else:
        assert data.license == "apache-2.0"
    assert data.model_name == name
    figures = [(each.metric_value, each.dataset_name) for each in data.eval_results]
    assert figures == [(each.value, each.data) for each in manifest.reported]
    for result, each in zip(data.eval_results, manifest.reported, strict=True):
        assert each.source in result.metric_name


def test_the_published_estimators_cards_compare_with_others_and_warn_of_it():
    for name in NAMES:
        text = (CARDS / f"{name}.md").read_text("utf-8")
        assert ("Do not rank across rows" in text) == name.startswith("joir")
        if name.startswith("joir"):
            assert all(str(work["doi"]) in text for work in works())


def test_every_published_result_has_a_doi_and_a_number():
    for work in tomllib.loads(FILE.read_text("utf-8"))["work"]:
        assert re.fullmatch(r"10\.\d{4}/\S+", work["doi"])
        assert "age_error" in work or "sex_auc" in work


def test_a_demo_card_says_that_it_was_measured_on_drawings_and_by_which_command():
    text = (CARDS / "demo-age.md").read_text("utf-8")
    assert "| 4.5297 years | not reported | 500 drawn photographs" in text
    assert "python -m gantei_export.training --out DIR --seed 1" in text
    assert "knows nothing about eyes" in text
    provenance = json.loads((SHIPPED / "demo-age/provenance.json").read_text())
    largest = provenance["verification"]["largest_difference"]
    assert f"largest difference from the original: {largest:.3g} " in text


DEFECTS = {
    "a number in a table": ("| 4.5297 years |", "| 2.1 years |", "4.5297"),
    "a number in a sentence": ("released: unknown", "released: 2025", "Facts"),
    "a fact": ("architecture: MobileNet", "architecture: EfficientNet-B7", "MobileNet"),
    "a heading": ("## Subgroups\n", "", "'Subgroups' is missing"),
    "an own heading": ("## Subgroups\n", "## Groups\n", "'Groups' is none of the twelve"),
    "a line": ("- funding: none\n", "", "'- funding: none' is missing"),
    "a blank answer": ("- funding: none", "- funding:", "is blank"),
    "a blank cell": ("| not reported | 500", "|  | 500", "is blank"),
    "an added number": ("- funding: none", "- funding: none\n- accuracy: 99%", "holds a number"),
    "the digest of the weights": ("sha256: 3f26", "sha256: 4f26", "weights sha256"),
    "an opset": ("ONNX opset: 17", "ONNX opset: 13", "opset"),
    "a figure in the front matter": ("value: 4.5297", "value: 1.5", "model-index"),
    "a licence in the front matter": ("license: apache-2.0", "license: mit", "license is 'mit'"),
    "a key of the front matter": ("library_name: gantei\n", "", "'library_name' is missing"),
    "no front matter": ("---\nlanguage", "language", "front matter is missing"),
    "YAML that is none": ("license: apache-2.0", "license: [", "front matter is missing"),
    "endless front matter": ("library_name: gantei", f"library_name: {'x' * 20_000}", "missing"),
    "a section twice": ("## Maintenance\n", "## Facts\n\n## Maintenance\n", "once each"),
    "a deep front matter": ("library_name: gantei", "- " * 9_000 + "[" * 1_000, "missing"),
    "an alias": ("license: apache-2.0", "license: &a x\nb: *a", "front matter is missing"),
    "the warning": ("**Research use. Not an approved", "**Approved", "Research use"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_kind_of_defect_is_found_and_named(folder, defect):
    before, after, said = DEFECTS[defect]
    findings = altered(folder, before, after)
    assert any(said in finding for finding in findings), findings


def test_headings_out_of_order_are_found(folder):
    findings = altered(folder, "## Use\n", "## Facts \n")
    assert any("'Use' is missing" in finding for finding in findings)
    text = (SHIPPED / "demo-age/card.md").read_text("utf-8")
    start, end = text.index("## Subgroups"), text.index("## Known")
    moved = text[:start] + text[end:] + "\n" + text[start:end]
    (folder / "card.md").write_text(moved, "utf-8")
    assert check(folder)[0].startswith("the headings are not in their order")


def test_sentences_may_be_added(folder):
    assert altered(folder, "## Maintenance\n", "## Maintenance\n\nWe look after it.\n") == []


def test_other_weights_and_another_original_are_found(folder):
    (folder / "model.onnx").write_bytes(b"other")
    path = folder / "provenance.json"
    provenance = json.loads(path.read_text())
    provenance["original"]["sha256"] = "0" * 64
    path.write_text(json.dumps(provenance))
    findings = check(folder)
    assert any("model.onnx has another sha256" in finding for finding in findings)
    assert any("provenance.json: another sha256" in finding for finding in findings)


def test_a_missing_card_and_missing_weights_are_found(folder):
    (folder / "card.md").unlink()
    (folder / "model.onnx").unlink()
    assert check(folder) == ["model.onnx is missing", "card.md is missing"]


@pytest.mark.parametrize("content", [b"[]", b"{", b"[" * 100_000, b"x" * 1_000_001])
def test_a_provenance_that_is_none_is_refused_by_name(folder, content):
    (folder / "provenance.json").write_bytes(content)
    with pytest.raises(ManifestError, match=r"provenance\.json: "):
        check(folder)


def test_what_is_no_card_is_refused(tmp_path):
    with pytest.raises(UnknownEstimatorError, match="neither a folder"):
        check(tmp_path / "other.md")


def test_a_folder_without_provenance_says_so(make_estimator):
    assert "converter version: unknown: the folder has no" in card(find(make_estimator()).manifest)


def test_what_a_manifest_says_cannot_become_a_heading_a_link_or_html(make_estimator):
    def change(tables):
        tables["title"] = "# x\n\n## Facts"
        tables["use"]["intended"] = "a\n\n## Use\n\n<script>x</script> [y](javascript:z)"
        tables["source"]["terms"] = "a | b\n| c \\<b>"
        tables["title_ja"] = "[x]: javascript:z"

    entry = find(make_estimator(change=change))
    text = card(entry.manifest)
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == HEADINGS
    assert "<script" not in text.replace("\\<script", "")
    assert r"c \\\<b>" in text
    assert not re.search(r"^\[", text, re.MULTILINE)
    assert "](" not in text
    page = as_page(composed_of(entry))
    assert "<script" not in page
    assert page.count("<h2>") == 12


def test_an_older_manifest_without_the_newer_keys_still_has_a_whole_card(make_estimator):
    def change(tables):
        for key in ("contact", "licence"):
            del tables["source"][key]

    manifest = find(make_estimator(change=change)).manifest
    assert isinstance(manifest, Manifest)
    assert manifest.training.cameras == manifest.source.licence == "unknown"
    assert "- cameras: unknown" in card(manifest)


def test_the_page_loads_nothing_and_draws_its_figure():
    page = as_page(composed_of(find("joir-age-swin-b")))
    assert "<svg" in page
    for forbidden in ("<script", "src=", "href=", "url(", "@import"):
        assert forbidden not in page
    assert "<svg" not in as_page(composed_of(find("demo-age")))


@pytest.mark.parametrize("room", [60, 100])
@pytest.mark.parametrize("name", NAMES)
def test_a_terminal_shows_every_line_within_its_width(name, room):
    text = as_terminal_text(composed_of(find(name)), room)
    assert max(map(width, text.splitlines())) <= room
    for heading in HEADINGS:
        assert heading.upper() in text


def test_text_breaks_between_words_and_between_japanese_letters():
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("眼底写真の年齢。", 6) == ["眼底写", "真の年", "齢。"]
    assert wrapped("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrapped("", 3) == [""]


def test_a_table_gives_way_before_it_cuts_a_word():
    table = fitted_table(("a", "b"), [("two words here", "10.1000/unbroken")], 28)
    assert table.splitlines()[1:] == ["two words  10.1000/unbroken", "here"]


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_the_command_prints_a_card_or_writes_it(capsys, tmp_path, format):
    arguments = ["card", "demo-age", "--format", format]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert main([*arguments, "--out", str(tmp_path / "card")]) == 0
    assert (tmp_path / "card").read_text("utf-8") == printed
    assert "knows nothing about eyes" in " ".join(printed.split())


def test_the_command_checks_folders_cards_and_folders_of_cards(folder, capsys):
    assert main(["card", "--check"]) == 0
    assert main(["card", "--check", str(CARDS), "demo-sex", str(folder)]) == 0
    assert "cards checked: 7; with something to correct: 0" in capsys.readouterr().out
    (folder / "card.md").unlink()
    assert main(["card", "--check", str(folder), str(CARDS / "demo-sex.md")]) == 1
    assert (
        "card.md is missing\ncards checked: 2; with something to correct: 1"
        in capsys.readouterr().out
    )


def test_a_check_writes_no_card(tmp_path, capsys):
    assert main(["card", "demo-age", "--check", "--out", str(tmp_path / "card")]) == 2
    assert "--check only looks" in capsys.readouterr().err
    assert not (tmp_path / "card").exists()


@pytest.mark.parametrize("arguments", [[], ["demo-age", "demo-sex"], ["other"]])
def test_the_command_wants_the_name_of_one_estimator(arguments, capsys):
    assert main(["card", *arguments]) == 2
    assert "gantei: " in capsys.readouterr().err


def test_a_card_is_written_and_checked_without_the_hubs_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert check(CARDS / "demo-age.md") == []
