"""`list`, `show`, `cite`, `demo-photos` and the command itself."""

import argparse
import importlib
import json
import pkgutil
import re
import subprocess
import sys

import pytest
from pydantic import ValidationError

from gantei import commands
from gantei.catalogue import store
from gantei.command_line import main, parser
from gantei.manifests.tables import Cost
from gantei.system.files import ensure_folder
from gantei.terminal.text_table import text_table, width


def test_list_shows_every_estimator_and_its_state(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NAME", "STATE", "TITLE", "題名"]
    assert any(line.startswith("joir-age-swin-b") and "not installed" in line for line in lines)


def test_a_broken_estimator_does_not_hide_the_others(own_store, capsys):
    folder = own_store / "estimators" / "mine"
    folder.mkdir(parents=True)
    (folder / "estimator.toml").write_text("format = 2")
    assert main(["list"]) == 0
    captured = capsys.readouterr()
    assert "joir-age-swin-b" in captured.out
    assert "gantei: mine is left out: " in captured.err
    assert main(["show", "mine"]) == 2


def test_list_as_json_names_what_is_unsettled(capsys):
    main(["list", "--json"])
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert "output.sex.positive" in listed["joir-sex-mobilenet"]["unsettled"]


def test_show_gives_each_fact_with_its_basis(capsys):
    assert main(["show", "joir-age-swin-b"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["input.mirror", "left-eyes", "publisher"] in [line[:3] for line in lines]
    assert ["output.age.unit", "years", "publisher"] in [line[:3] for line in lines]


def test_show_as_json_is_the_manifest(capsys):
    main(["show", "joir-age-swin-b", "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert shown["reported"][0]["value"] == 2.39
    assert shown["basis"]["input.crop"]["origin"] == "assumed"


@pytest.mark.parametrize("name", ["joir-age-efficientnet-b7", "joir-age-mobilenet"])
def test_a_name_that_was_listed_by_mistake_is_told_what_was_published(name, capsys):
    assert main(["show", name]) == 2
    said = capsys.readouterr().err
    assert "gantei import joir-age-swin-b" in said
    assert "gantei import my-age FILE --task age" in said


def test_show_reads_a_folder_too(make_estimator, capsys):
    assert main(["show", str(make_estimator())]) == 0
    assert "made  (ready)" in capsys.readouterr().out


STEERING = "\x1b[2J\x9b1m\u202eelbahs"


@pytest.mark.parametrize("command", ["show", "card", "cite"])
def test_no_words_of_a_stranger_steer_the_terminal(command, make_estimator, capsys):
    def change(tables):
        for key in ("title", "title_ja", "notice", "notice_ja"):
            tables[key] = STEERING
        words = ("publisher", "terms", "citation", "acknowledgement", "redistribution")
        tables["source"] |= dict.fromkeys(words, STEERING)

    main([command, str(make_estimator(change=change))])
    assert not {*"\x1b\x9b\u202e"} & {*capsys.readouterr().out}


def test_no_words_of_a_broken_manifest_or_a_card_steer_the_terminal(make_estimator, capsys):
    folder = make_estimator()
    (folder / "card.md").write_text(f"## {STEERING}\n- a:\n", "utf-8")
    assert main(["card", "--check", str(folder)]) == 1
    folder.rename(ensure_folder(store.folder()) / "made")
    manifest = store.folder() / "made" / "estimator.toml"
    text = manifest.read_text("utf-8").replace("[source]", '[basis."\\u001b[2J"]\n[source]')
    manifest.write_text(text, "utf-8")
    assert main(["list"]) == 0
    printed = capsys.readouterr()
    assert "made is left out" in printed.err
    assert not {*"\x1b\x9b\u202e"} & {*printed.out, *printed.err}


def test_a_cost_of_nothing_is_refused_and_not_divided_by():
    with pytest.raises(ValidationError, match="greater than 0"):
        Cost(quantity="latency", unit="ms", float32=1.0, variant=0.0)


def test_cite_prints_citation_and_acknowledgement(capsys):
    assert main(["cite", "joir-sex-mobilenet"]) == 0
    text = capsys.readouterr().out
    assert "10.1007/s10384-022-00941-0" in text
    assert "Japanese Ophthalmological Society" in text


@pytest.mark.parametrize("command", ["show", "cite"])
def test_an_unknown_name_ends_with_2_and_the_known_names(command, capsys):
    assert main([command, "joir"]) == 2
    assert "known: " in capsys.readouterr().err


def test_a_broken_manifest_in_a_folder_is_named(make_estimator, capsys):
    folder = make_estimator()
    (folder / "estimator.toml").write_text("format = 2")
    assert main(["show", str(folder)]) == 2
    assert "estimator.toml: " in capsys.readouterr().err


def test_the_demo_photographs_of_one_seed_are_drawn(tmp_path, capsys):
    assert main(["demo-photos", str(tmp_path / "demo"), "--people", "1"]) == 0
    assert (tmp_path / "demo/labels.csv").is_file()
    assert main(["demo-photos", str(tmp_path / "demo"), "--people", "1"]) == 0
    assert main(["demo-photos", str(tmp_path / "demo"), "--people", "2"]) == 2


def test_every_package_brings_its_subcommands():
    text = parser().format_help()
    for command in ("list", "show", "cite", "predict", "demo-photos", "import"):
        assert re.search(rf"\n    {command}\s", text)


def test_every_module_that_has_a_subcommand_is_named_in_the_package(monkeypatch):
    there, named = [], []
    for info in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{info.name}")
        if hasattr(module, "register"):
            there.append(info.name)
            monkeypatch.setattr(module, "register", lambda _, name=info.name: named.append(name))
    commands.register(argparse.ArgumentParser().add_subparsers())
    assert there and sorted(named) == there, "see models/gantei/commands/__init__.py"


def test_a_reader_that_leaves_is_no_error():
    code = "from gantei.command_line import main; exit(main(['list', '--json']))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


def test_tables_align_where_letters_are_wide():
    table = text_table(("NAME", "TITLE", "N"), [("a", "年齢", "1"), ("longer", "age", "2")])
    columns = {width(line[: line.rindex(line.strip()[-1])]) for line in table.splitlines()}
    assert len(columns) == 1


def test_a_photograph_that_begins_as_an_option_does_is_named_behind_two_dashes(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-rf.jpg").write_bytes(b"")
    words = ["predict", "--with", "demo-age", "--out", "t.csv"]
    with pytest.raises(SystemExit):
        main([*words, "-rf.jpg"])
    assert "unrecognized arguments: -rf.jpg; before names that begin with - put --" in (
        capsys.readouterr().err
    )
    assert main([*words, "--", "-rf.jpg"]) == 1
    assert (tmp_path / "t.csv").is_file()
