import json
import shutil

import pytest

from gantei.catalogue.entries import SHIPPED, store
from gantei.command_line import main


@pytest.fixture
def run(capsys):
    """`run(*arguments)`: exit code and lines of `gantei verify`."""

    def verify(*arguments):
        capsys.readouterr()
        code = main(["verify", *map(str, arguments)])
        return code, capsys.readouterr().out.splitlines()

    return verify


def test_all_on_this_machine_is_verified_where_nothing_is_named(run, make_estimator):
    store.folder().mkdir()
    make_estimator("mine").rename(store.folder() / "mine")
    code, (_, *rows) = run()
    assert code == 0
    assert [row.split()[0] for row in rows] == ["demo-age", "demo-sex", "mine"]
    assert [row.split()[-1] for row in rows] == 3 * ["right"]
    assert ["part of gantei" in row for row in rows] == [True, True, False]


def test_golden_photographs_are_answered_where_it_is_asked(run, tmp_path):
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    assert "3 right" in run(folder, "--golden")[1][1]
    manifest = folder / "estimator.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("age = 39.66", "age = 39.76"), "utf-8")
    code, lines = run(folder, "--golden")
    assert code == 1
    assert lines[-2] == "demo-age:"
    assert lines[-1].startswith("  demo-age: answers age = 39.66")
    assert lines[-1].endswith("for golden-2.jpg, not 39.7613 as its original does")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b"short"), "5 bytes, where"),
        (lambda path: path.write_bytes(path.read_bytes()[::-1]), "is not the file"),
        (lambda path: path.unlink(), "is missing"),
        (lambda path: (path.unlink(), path.mkdir()), "is missing, or not a plain file"),
    ],
)
def test_weights_that_are_not_the_manifests_are_named(run, make_estimator, spoil, words):
    folder = make_estimator()
    spoil(folder / "model.onnx")
    code, lines = run(folder, "demo-age")
    assert code == 1
    assert [line.split()[-1] for line in lines[1:3]] == ["wrong", "right"]
    assert lines[-2] == "made:"
    assert lines[-1].startswith("  model.onnx")
    assert words in lines[-1]


def test_what_cannot_be_verified_is_named_and_the_rest_verified(run, make_estimator):
    folder = make_estimator()
    (folder / "estimator.toml").write_text("format = 1")
    code, lines = run(folder, "joir-age-swin-b", "nobody", "demo-age")
    assert code == 1
    assert [line.split()[-1] for line in lines[1:5]] == ["wrong", "wrong", "wrong", "right"]
    assert "missing key" in "\n".join(lines)


def test_a_signature_is_required_where_a_key_is_given(run, signed_folder, publisher, monkeypatch):
    code, lines = run(signed_folder, "--public-key", publisher.public)
    assert code == 0
    assert f"by public.pem (key {publisher.id[:16]}…)" in lines[1]
    code, lines = run("demo-age", "--public-key", publisher.public)
    assert code == 1
    assert lines[-2:] == ["demo-age:", "  it is not signed"]
    assert run(signed_folder)[0] == 0
    monkeypatch.setenv("GANTEI_TRUST", "require")
    assert run(signed_folder)[0] == 1
    publisher.trusted()
    assert run(signed_folder)[0] == 0


def test_every_difference_is_named_by_its_file(run, signed_folder, publisher):
    publisher.trusted()
    (signed_folder / "figures/一.png").rename(signed_folder / "figures/二.png")
    (signed_folder / "card.md").write_text("mine")
    (signed_folder / ".git").mkdir()
    code, lines = run(signed_folder)
    assert code == 1
    assert "not of these files" in lines[1]
    differences = (
        ".git/ is an empty folder, card.md was changed, figures/一.png is missing, "
        "figures/二.png was added"
    )
    assert lines[-1].endswith(f"signed them (differences: 4): {differences}")
    for number in range(20):
        (signed_folder / f"{number:02}").touch()
    assert "(differences: 24): .git/" in (last := run(signed_folder)[1][-1])
    assert last.endswith(", 08 was added")


def test_the_findings_are_given_as_json(run, make_estimator):
    folder = make_estimator()
    code, lines = run(folder, "--json")
    assert code == 0
    (report,) = json.loads("\n".join(lines))
    assert (report["name"], report["weights"], report["signature"]) == ("made", "right", "unsigned")
