"""No secret of an address is in what a command says, wherever the address was given."""

import pytest

from gantei.command_line import main
from gantei.terminal.redacted import redacted

from .studies import refused, run

SIGNED = "https://h.example/eyes/list.txt?sig=SECRET"
OF_USER = "https://user:SECRET@h.example/eyes/list.txt"
OPTIONS = ["--from", "--eyes", "--root", "--out", "--embeddings", "--with", "--shard", "--on",
           "--maps", "--anonymous", "--server", "--refuse", "--memory"]  # fmt: skip


@pytest.mark.parametrize("address", [SIGNED, OF_USER])
@pytest.mark.parametrize("option", OPTIONS)
def test_no_option_shows_the_secret_of_an_address_that_it_refuses(
    option, address, photographs, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    given = {"--with": "demo-age", "--out": "t.csv"} | {option: address}
    said = refused(
        capsys, "predict", photographs, *(word for each in given.items() for word in each)
    )
    assert "gantei" in said
    assert "SECRET" not in said


@pytest.mark.parametrize("address", [SIGNED, OF_USER])
@pytest.mark.parametrize(
    "words", [(), ("merge", "--out", "t.csv"), ("merge", "t.csv", "--out"), ("show",)]
)
def test_no_command_shows_it(words, address, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    said = refused(capsys, *words, address)
    assert "h.example" in said
    assert "SECRET" not in said


@pytest.mark.parametrize(
    "line", [f" {OF_USER}", OF_USER.replace("//", "/"), f"\t{SIGNED}", SIGNED.replace("//", "/")]
)
def test_no_line_of_a_list_that_is_meant_as_an_address_is_a_name(line, tmp_path, capsys):
    (tmp_path / "list.txt").write_text(f"{line}\n", "utf-8")
    out = tmp_path / "t.csv"
    assert run("--from", tmp_path / "list.txt", "--with", "demo-age", "--out", out) == 2
    said = capsys.readouterr().err
    assert "h.example/eyes/list.txt; addresses are read only below one" in said
    assert "SECRET" not in said
    assert "user" not in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"{SIGNED}: cannot be read", "https://h.example/eyes/list.txt?…: cannot be read"),
        ("https:/h.jp/a?sig=S, b", "https:/h.jp/a?…, b"),
        (
            f"invalid choice: '{SIGNED}' (choose",
            "invalid choice: 'https://h.example/eyes/list.txt?…' (choose",
        ),
        (
            f"{OF_USER} and {OF_USER}",
            "https://h.example/eyes/list.txt and https://h.example/eyes/list.txt",
        ),
        ("s3://b/eyes@2x/a.jpg is missing", "s3://b/eyes@2x/a.jpg is missing"),
        ("C:/eyes/a?.jpg, and x?", "C:/eyes/a?.jpg, and x?"),
        ("see https://h.example/docs.md#part", "see https://h.example/docs.md#part"),
    ],
)
def test_the_rest_of_what_is_said_stays(said, shown):
    assert redacted(said) == shown


def test_an_address_with_one_slash_is_said_to_need_two(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["predict", OF_USER.replace("//", "/"), "--with", "demo-age", "--out", "t.csv"])
    said = capsys.readouterr().err
    assert "write https://" in said
    assert "SECRET" not in said
