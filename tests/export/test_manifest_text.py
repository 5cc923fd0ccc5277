"""The text of `estimator.toml`: what people read and fill in says what the tables say."""

import re
import tomllib

import pytest

pytest.importorskip("tomli_w", reason="needs the extra convert")

from gantei.catalogue.entries import find, shipped
from gantei.manifests.file import parse_manifest
from gantei.manifests.key_texts import key_texts
from gantei.manifests.manifest import Citation, PublishedAnswer, Reported, Training
from gantei_export.estimator_folder.manifest_text import manifest_text
from gantei_export.manifest_draft.draft_tables import new_tables

SHIPPED = [entry.name for entry in shipped()]


@pytest.mark.parametrize("name", SHIPPED)
def test_read_again_it_is_the_manifest(name):
    manifest = find(name).manifest
    again = parse_manifest(tomllib.loads(manifest_text(manifest.tables())), name)
    assert again == manifest


@pytest.mark.parametrize("name", SHIPPED)
def test_above_each_key_of_the_tables_that_people_fill_in_stands_what_it_means(name):
    lines = manifest_text(find(name).manifest.tables()).splitlines()
    start, end = (lines.index(f"[{table}]") for table in ("training", "evaluation"))
    keys = [place for place in range(start, end) if re.match(r"\w+ = ", lines[place])]
    assert [lines[place].split(" = ")[0] for place in keys] == list(Training.model_fields)
    for place in keys:
        text = key_texts(Training)[lines[place].split(" = ")[0]]
        assert lines[place - 1] == f"# {text}"


@pytest.mark.parametrize(
    ("heading", "record"),
    [("[citation]", Citation), ("[[reported]]", Reported), ("[[answer]]", PublishedAnswer)],
)
def test_a_table_that_is_not_there_is_offered_with_all_its_keys(heading, record):
    text = manifest_text(new_tables("my-sex", "sex"))
    lines = text.splitlines()
    start = lines.index(f"# {heading}") + 1
    offered = lines[start : start + len(record.model_fields)]
    assert [line.split()[1] for line in offered] == list(record.model_fields)
    assert heading not in lines


def test_a_table_that_is_there_is_not_offered_again():
    text = manifest_text(find("demo-age").manifest.tables())
    assert "\n[[reported]]\n" in text
    assert "# [[reported]]" not in text


def test_what_is_said_of_several_tables_stands_above_the_first():
    text = manifest_text(find("demo-age").manifest.tables())
    assert text.count("# Where a fact comes from") == 1
    assert text.count("[basis.") == len(find("demo-age").manifest.basis)


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85"])
def test_a_text_with_a_strange_end_of_line_in_it_stays_one_text(end):
    tables = find("demo-age").manifest.tables()
    tables["source"]["terms"] = f"CC BY{end}4.0"
    assert tomllib.loads(manifest_text(tables))["source"]["terms"] == f"CC BY{end}4.0"
