"""The documents say what is so: their snippets run, their tables come from the manifests."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import gantei
from gantei.card import as_markdown, composed_of
from gantei.catalogue.entries import shipped
from gantei.command_line import main, parser

from .explained import explained_network

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text("utf-8")
JAPANESE = (TOP / "README.ja.md").read_text("utf-8")
BOTH = (README, JAPANESE)
EXPLANATIONS = (TOP / "docs/explanations.md").read_text("utf-8")


def block(marker):
    """The code block behind a marker in the README."""
    found = re.search(rf"<!-- {marker} -->\n```sh\n(.*?)```", README, re.DOTALL)
    return found.group(1).replace("\\\n", " ")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_command_and_the_six_lines_of_python_run_as_they_stand(here, capsys):
    lines = [line.removesuffix(" &&") for line in block("demo command").splitlines()]
    ours = [shlex.split(line)[1:] for line in lines if line.startswith("gantei ")]
    assert [main(arguments) for arguments in ours] == [0, 0]
    assert (here / "demo.csv").is_file()
    python = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    capsys.readouterr()
    exec(compile(python, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("{'age': ")


def test_every_command_of_the_readme_parses():
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL)).replace("\\\n", " ")
    commands = re.findall(r"^gantei (.*?)(?: &&)?$", blocks, re.MULTILINE)
    assert len(commands) == 15
    for command in commands:
        assert parser().parse_args(shlex.split(command)).run


def test_the_command_and_the_python_of_the_page_on_explanations_run(
    here, make_estimator, photographs, monkeypatch
):
    make_estimator("my-age", network=explained_network())
    monkeypatch.setenv("GANTEI_HOME", str(here))
    (command,) = re.findall(r"```sh\ngantei (.*?)\n```", EXPLANATIONS, re.DOTALL)
    (here / "photographs/left/3.png").unlink()
    assert main(shlex.split(command)) == 0
    assert len(list((here / "maps").rglob("*.my-age.png"))) == 5
    (here / "photographs/right/0.png").rename("photograph.jpg")
    python = re.search(r"```python\n(.*?)```", EXPLANATIONS, re.DOTALL).group(1)
    names = {"gantei": gantei}
    exec(compile(python, "explanations.md", "exec"), names)
    explanation = names["explanation"]
    age = names["prediction"].values["age"]
    assert explanation.map.mean() + explanation.bias == pytest.approx(age, abs=1e-4)


def test_the_readme_lists_every_published_estimator_with_its_reported_figures():
    rows = "\n".join(readme_rows())
    assert rows in README, (
        f"put this into README.md, and the same in Japanese into README.ja.md:\n{rows}"
    )


def readme_rows():
    yield "| estimator | estimates | reported by its publisher |"
    yield "|---|---|---|"
    for entry in shipped():
        if entry.manifest.weights is None:  # the demo estimators come with gantei
            figures = "; ".join(map(figure_text, entry.manifest.reported))
            yield f"| `{entry.name}` | {entry.manifest.task} | {figures} |"


def figure_text(figure):
    """Publishers give percentages and areas; the manifest has both as fractions."""
    value = f"{figure.value:.1%}" if figure.metric == "accuracy" else f"{figure.value:g}"
    unit = f" {figure.unit}" if figure.unit != "fraction" else ""
    return f"{figure.metric} {value}{unit} ({figure.data})"


def test_every_card_is_that_of_its_manifest():
    folder = TOP / "model_cards"
    expected = {f"{entry.name}.md": as_markdown(composed_of(entry)) for entry in shipped()}
    assert {path.name: path.read_text("utf-8") for path in folder.glob("*.md")} == expected, (
        "write the cards anew: python -m gantei.card model_cards"
    )


HEADINGS = {
    "gantei 眼底": "gantei 眼底",
    "Install": "導入",
    "Try it": "試す",
    "The published estimators": "公開された推定器",
    "A study": "研究での利用",
    "An estimator of your own": "自分の推定器を作る",
    "Cards and citations": "カードと引用",
    "Documents": "文書",
    "The house": "家のつくり",
}


def test_both_readmes_have_the_same_headings():
    english, japanese = (re.findall(r"^(#+) (.*)$", text, re.MULTILINE) for text in BOTH)
    assert [(level, HEADINGS.get(text)) for level, text in english] == japanese


def test_both_readmes_have_the_same_commands_and_the_same_python():
    english, japanese = (
        [re.sub(r"  #.*", "", code) for code in re.findall(r"```(\w+\n.*?)```", text, re.DOTALL)]
        for text in BOTH
    )
    assert english == japanese


def test_both_readmes_list_every_extra():
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    for text in BOTH:
        install = text.split("\n## ")[1].partition("```")[0]
        assert not {f"`{extra}`" for extra in project["optional-dependencies"]} - {
            *re.findall(r"`\w+`", install)
        }


def test_windows_is_told_the_same_as_the_others():
    (shell,) = re.findall(r"<!-- demo command -->\n```sh\n(.*?)```", README, re.DOTALL)
    (windows,) = re.findall(r"```powershell\n(.*?)```", README, re.DOTALL)
    others = [line.removesuffix(" &&") for line in shell.splitlines()[1:]]
    told = [line.removeprefix(".venv\\Scripts\\") for line in windows.splitlines()[1:]]
    assert [line.replace("\\", "/") for line in told] == others


def test_both_readmes_have_the_same_numbers_names_and_links():
    def said(text):
        rows = re.findall(r"^\|.*\|$", text, re.MULTILINE)
        numbers = [re.findall(r"`[^`]+`|\d[\d.]*%?", row) for row in rows]
        links = [link for link in re.findall(r"\]\((\S+?)\)", text) if "//" not in link]
        named = re.findall(r"`[^`\n]+`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        return numbers, links[1:], sorted({*named})

    assert said(README) == said(JAPANESE)


def test_the_readmes_link_to_each_other_and_to_files_that_exist():
    for text in BOTH:
        links = [link for link in re.findall(r"\]\((\S+?)\)", text) if "//" not in link]
        assert all((TOP / link.partition("#")[0]).exists() for link in links)
    assert "(README.ja.md)" in README
    assert "(README.md)" in JAPANESE
