"""The pages of docs/: links lead somewhere, commands parse, and the snippets of two run."""

import ast
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from gantei.calibrations.calibration_store import save_calibration
from gantei.card import check
from gantei.catalogue.entries import SHIPPED, find
from gantei.command_line import main, parser

from . import calibrated

TOP = Path(__file__).parent.parent
PREDICT = (TOP / "docs/predict.md").read_text("utf-8")
TABLES = PREDICT[PREDICT.index("## The CSV") : PREDICT.index("## Lists")]
FINDINGS = (TOP / "docs/findings.md").read_text("utf-8")
ADDING = (TOP / "docs/adding-an-estimator.md").read_text("utf-8")


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def run_commands(text):
    for line in "".join(blocks(text, "sh")).replace("\\\n", " ").splitlines():
        where = re.sub(r"\$\(gantei where (\S+)\)", lambda name: str(find(name[1]).folder), line)
        name, *arguments = shlex.split(where)
        if name == "cp":  # of the checkout
            shutil.copyfile(TOP / arguments[0], arguments[1])
            continue
        assert name == "gantei"
        assert main(arguments) == 0, line


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_on_prediction_runs(here):
    save_calibration(calibrated.calibration_of(find("demo-age").manifest))
    run_commands(PREDICT.replace(TABLES, ""))


def test_the_page_on_prediction_writes_parquet_that_pandas_reads(here):
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    assert main(["demo-photos", "photographs", "--people", "1"]) == 0
    run_commands(TABLES)
    (python,) = blocks(TABLES, "python")
    namespace = {}
    exec(compile(python, "predict.md", "exec"), namespace)
    assert len(namespace["ages"]) == 2


@pytest.fixture
def some_wrong(here):
    """A table of three photographs: a good one, one that is too small, one that is none."""
    assert main(["demo-photos", "photographs", "--people", "1"]) == 0
    left, _ = sorted(Path("photographs").glob("*.jpg"))
    with Image.open(left) as image:
        image.resize((100, 67)).save(left)
    (here / "photographs/none.png").write_bytes(b"no picture")
    assert main(["predict", "photographs", "--with", "demo-age", "--out", "results.csv"]) == 1


def test_the_page_on_findings_filters_a_study_by_codes(some_wrong, capsys):
    (python,) = blocks(FINDINGS, "python")
    capsys.readouterr()
    exec(compile(python, "findings.md", "exec"), {})
    said = capsys.readouterr().out
    assert said == "1 kept, 1 enlarged, failed: {'text-file': 1}\n"
    if not shutil.which("Rscript"):
        pytest.skip("no Rscript here")
    (r,) = blocks(FINDINGS, "r")
    done = subprocess.run(["Rscript", "-e", r], capture_output=True, text=True, check=True)
    assert done.stdout == "1 kept, 1 enlarged, failed: text-file 1 \n"


def test_the_page_on_adding_an_estimator_leads_to_a_card_without_findings(here):
    pytest.importorskip("h5py")
    tomli_w = pytest.importorskip("tomli_w")
    shutil.copyfile(TOP / "tests/export/data/tf215-sequential.h5", here / "sex.h5")
    shutil.copyfile(TOP / "tests/export/data/torch214-pooled.onnx", here / "net.onnx")
    (here / "photographs").mkdir()
    for number, eye in enumerate(("left", "right"), 1):
        shutil.copyfile(SHIPPED / f"demo-age/golden-{number}.jpg", here / f"photographs/{eye}.jpg")
    run_commands(ADDING)
    folder = find("my-sex").folder
    (said,) = blocks(ADDING, "toml")
    path = folder / "estimator.toml"
    tables = tomllib.loads(path.read_text("utf-8"))
    for key, value in tomllib.loads(said).items():
        tables[key] = tables.get(key, {}) | value if isinstance(value, dict) else value
    path.write_text(tomli_w.dumps(tables), "utf-8")
    assert check(folder)
    (card,) = re.findall(r"gantei (card .* --format markdown .*)", ADDING)
    assert main(shlex.split(card.replace("$(gantei where my-sex)", str(folder)))) == 0
    assert check(folder) == []
    assert "license: cc-by-4.0" in (folder / "card.md").read_text("utf-8")


def test_the_page_and_the_errors_give_the_same_line_for_pytorch():
    from gantei_export.refusals.other_ways import TORCH_EXPORT

    (line,) = blocks(ADDING, "python")
    assert ast.dump(ast.parse(line)) == ast.dump(ast.parse(TORCH_EXPORT))


PAGES = [
    TOP / "CONTRIBUTING.md",
    *sorted((TOP / "docs").rglob("*.md")),
    TOP / "benchmarks/README.md",
    *sorted((TOP / "model_cards").glob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_to_a_file_and_every_command_parses(page):
    text = page.read_text("utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    assert [link for link in links if ":" not in link and not (page.parent / link).exists()] == []
    for line in "".join(blocks(text, "sh")).replace("\\\n", " ").splitlines():
        if ours := re.match(r"(?:GANTEI_\w+=\S+ )?(?:\S+/)?gantei (.*)", line):
            assert parser().parse_args(shlex.split(ours[1], comments=True)).run


def test_every_command_of_the_benchmarks_is_there():
    text = (TOP / "benchmarks/README.md").read_text("utf-8")
    named = re.findall(r"^\| `(\w+\.py)", text, re.MULTILINE)
    assert len(named) > 10
    assert [name for name in named if not (TOP / "benchmarks" / name).is_file()] == []
