"""How the software and the estimators are cited, and that every result carries it."""

import json
import re
from pathlib import Path

import pytest
import yaml

import gantei
from gantei.catalogue.entries import find, shipped
from gantei.command_line import main
from gantei.manifests.citation import AUTHORS, TITLE, bibliography, escaped, reference, software

TOP = Path(__file__).parents[2]
ENTRY = re.compile(r"@(\w+)\{([a-z0-9-]+),\n((?:  [a-z]+ = \{.*\},\n)+)\}")


def entries(text):
    """What a reader of BibTeX finds: kind, key and fields; every brace that is open is closed."""
    found = ENTRY.findall(text)
    assert ENTRY.sub("", text).strip() == ""
    for _, _, body in found:
        for value in re.findall(r" = \{(.*)\},\n", body):
            bare = re.sub(r"\\[\\{}&%$#_]", "", value)
            assert bare.count("{") == bare.count("}")
            assert not re.search(r"(?<!\\)[&%$#]", re.sub(r"\\.", "", value))
    return [
        (kind, key, dict(re.findall(r"  ([a-z]+) = \{(.*)\},", body))) for kind, key, body in found
    ]


def test_the_estimators_of_one_publisher_share_the_paper_that_it_asks_for():
    joir = [reference(entry.manifest) for entry in shipped() if entry.name.startswith("joir")]
    ((kind, key, fields),) = entries(bibliography(joir))
    assert (kind, key) == ("article", "miyake2022")
    assert fields["author"].count(" and ") == 4
    assert fields["doi"] == "10.1007/s10384-022-00941-0"
    assert fields["pages"] == "499--503"


def test_the_parts_of_the_paper_are_those_of_the_citation():
    for entry in shipped():
        if paper := entry.manifest.citation:
            citation = entry.manifest.source.citation
            for part in (paper.title, paper.journal, str(paper.year), paper.pages):
                assert part in citation
            assert f"{paper.volume}({paper.number})" in citation
            assert ", ".join(each.replace(",", "") for each in paper.authors) in citation


@pytest.mark.parametrize("name", ["joir-age-swin-b", "joir-sex-efficientnet-b7"])
def test_the_thanks_name_whom_the_publisher_asks_to_name(name):
    given = reference(find(name).manifest)
    for named in (
        "Japanese Ophthalmological Society",
        "Japan Ocular Imaging Registry",
        "National Institute of Informatics",
    ):
        assert named in given.acknowledgement
        assert named in given.thanks
    for named in ("日本眼科学会", "Japan Ocular Imaging Registry", "国立情報学研究所"):
        assert named in given.thanks_ja


def test_every_estimator_and_the_software_have_an_entry_that_parses():
    references = [software(), *(reference(entry.manifest) for entry in shipped())]
    assert [key for _, key, _ in entries(bibliography(references))] == [
        "gantei",
        "demo-age",
        "demo-sex",
        "miyake2022",
    ]


def test_letters_that_mean_something_to_bibtex_are_escaped(make_estimator):
    def change(tables):
        tables["source"] |= {"publisher": "A & B {C", "citation": "50% #1 a_b \\x\n^~$", "doi": "}"}

    (entry,) = entries(bibliography([reference(find(make_estimator(change=change)).manifest)]))
    assert entry[2]["author"] == r"{A \& B \{C}"
    assert "doi" not in entry[2]
    assert escaped("a\nb") == "a b"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], f"gantei {gantei.__version__}\n"),
        (["--format", "ja"], "謝辞の文例: 眼底写真"),
        (["--format", "bibtex"], "@misc{gantei,"),
        (["joir-sex-mobilenet"], "acknowledgement to print: This study used the sex estimator"),
        (["joir-sex-mobilenet", "--format", "ja"], "性別推定モデルを使用した"),
        (["joir-age-swin-b", "joir-sex-mobilenet", "--format", "bibtex"], "@article{miyake2022"),
        (["demo-age"], "for trying the software, not for research"),
    ],
)
def test_the_command_prints_what_is_asked_for(arguments, said, capsys):
    assert main(["cite", *arguments]) == 0
    assert said in capsys.readouterr().out


def test_an_estimator_that_asks_for_nothing_has_nothing_to_print(capsys):
    demo = reference(find("demo-age").manifest)
    assert (demo.thanks, demo.thanks_ja, demo.acknowledgement) == ("", "", "None.")
    assert "acknowledgement to print" not in demo.text()
    ((_, _, fields),) = entries(demo.bibtex + "\n")
    assert fields.keys() == {"author", "title"}


def test_what_nobody_knows_is_no_text_to_print(make_estimator):
    def change(tables):
        tables["source"] |= {"citation": "unknown", "acknowledgement": "unknown"}
        tables.pop("citation", None)

    known = reference(find(make_estimator(change=change)).manifest)
    assert (known.thanks, known.thanks_ja) == ("", "")
    assert "acknowledgement to print" not in known.text()
    assert "acknowledgement: unknown" in known.text()
    ((_, _, fields),) = entries(known.bibtex + "\n")
    assert "note" not in fields


def test_as_json_each_has_its_entry_too(capsys):
    main(["cite", "demo-age", "joir-age-swin-b", "--json"])
    first, second = json.loads(capsys.readouterr().out)
    assert (first["of"], second["doi"]) == ("demo-age", "10.1007/s10384-022-00941-0")
    assert second["bibtex"].startswith("@article{")


def test_every_result_carries_the_citations_and_the_thanks_to_print(
    make_estimator, photographs, tmp_path
):
    arguments = ["predict", str(photographs), "--with", str(make_estimator())]
    main([*arguments, "--out", str(tmp_path / "results.csv")])
    run = json.loads((tmp_path / "results.csv.run.json").read_text("utf-8"))
    assert [each["of"] for each in run["citations"]] == [f"gantei {gantei.__version__}", "made"]
    assert run["citations"][0]["acknowledgement_to_print"].endswith(f"gantei {gantei.__version__}.")
    assert [key for _, key, _ in entries(run["bibtex"])] == ["gantei", "made"]


def test_the_citation_file_is_that_of_this_version():
    cff = yaml.safe_load((TOP / "CITATION.cff").read_text("utf-8"))
    assert cff["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= cff.keys()
    assert cff["version"] == gantei.__version__
    assert cff["title"] == TITLE
    assert cff["authors"] == [{"name": AUTHORS}]
    assert (cff["type"], cff["license"]) == ("software", "Apache-2.0")
    (paper,) = cff["references"]
    assert {"type", "title", "authors"} <= paper.keys()
    manifest = find("joir-age-swin-b").manifest
    assert (paper["title"], paper["year"]) == (manifest.citation.title, manifest.citation.year)
    assert paper["doi"] == manifest.source.doi
