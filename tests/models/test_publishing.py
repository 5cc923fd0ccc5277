"""`gantei publish`: only what may be passed on, whole, shown first, in one commit."""

import io
import shutil

import pytest

from gantei.card import as_markdown, composed_of
from gantei.catalogue.entries import SHIPPED, find, store
from gantei.command_line import main
from gantei.errors import GanteiError, SettingError, TransferError, WeightsError
from gantei.publish.publishing import prepare_publication, publish
from gantei.pull.fetching import pull_estimator

pytestmark = [  # of huggingface_hub's own doing
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes"),
]


@pytest.fixture
def mine(tmp_path):
    """A folder that is fit to be published, `my-age`."""
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "my-age")
    rewrite(folder, '"demo-age"', '"my-age"')
    (folder / "card.md").write_text(as_markdown(composed_of(find(folder))), "utf-8")
    return folder


@pytest.fixture
def hub(hub, monkeypatch):
    """A Hub with an empty repository, and who may write there."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.token = "hf_secret"
    hub.repositories["org/eyes"] = {"0" * 40: {".gitattributes": b""}}
    hub.branches["org/eyes", "main"] = "0" * 40
    return hub


def rewrite(folder, before, after):
    manifest = folder / "estimator.toml"
    text = manifest.read_text("utf-8")
    assert before in text
    manifest.write_text(text.replace(before, after, 1), "utf-8")


def test_what_is_published_in_one_commit_is_pulled_the_same(hub, mine, capsys):
    assert main(["publish", str(mine), "--to", "hf:org/eyes", "--yes"]) == 0
    said = capsys.readouterr()
    assert hub.commits == 1
    source = said.out.split("--from ")[1].strip()
    pull_estimator("my-age", source)
    pulled = {path.name: path.read_bytes() for path in store.installed()["my-age"].iterdir()}
    assert pulled == {path.name: path.read_bytes() for path in mine.iterdir()}
    files = hub.repositories["org/eyes"][source.partition("@")[2]]
    assert files["README.md"] == (mine / "card.md").read_bytes()
    assert "hf_secret" not in said.out + said.err


def test_what_would_be_uploaded_is_shown_before_it_is_asked(hub, mine, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert main(["publish", str(mine), "--to", "hf:org/eyes"]) == 2
    said = capsys.readouterr()
    assert "nothing was uploaded" in said.err
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["FILE", "BYTES", "SHA256"]
    assert ["model.onnx", "855,217"] in [line[:2] for line in lines]
    assert hub.asked == []
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert main(["publish", str(mine), "--to", "hf:org/eyes"]) == 0


@pytest.mark.parametrize("redistribution", ["unknown", "not allowed", "ask us"])
def test_without_the_right_to_pass_it_on_it_is_refused_and_the_reason_named(
    hub, mine, redistribution
):
    rewrite(mine, '"allowed under Apache-2.0"', f'"{redistribution}"')
    with pytest.raises(SettingError, match=f"passed on is '{redistribution}'.*Ask the gantei"):
        prepare_publication(mine)


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        ("weights", "sha256"),
        ("golden", "answers age"),
        ("no golden", "golden"),
        ("no card", "card.md is missing"),
        ("old card", "card.md: "),
        ("stray", "what is not the estimator's: patient.jpg"),
        ("schema", "unknown key"),
    ],
)
def test_a_folder_that_is_not_fit_is_refused(hub, mine, damage, match):
    match damage:
        case "weights":
            content = (mine / "model.onnx").read_bytes()
            (mine / "model.onnx").write_bytes(content[:-1] + b"x")
        case "golden":
            rewrite(mine, "age = 39.66", "age = 39.76")
        case "no golden":
            text = (mine / "estimator.toml").read_text("utf-8")
            start, end = text.index("[[golden]]"), text.index("[weights]")
            (mine / "estimator.toml").write_text(text[:start] + text[end:], "utf-8")
            for path in mine.glob("golden-*"):
                path.unlink()
        case "no card":
            (mine / "card.md").unlink()
        case "old card":
            (mine / "card.md").write_text("# another")
        case "stray":
            (mine / "patient.jpg").write_bytes(b"")
        case "schema":
            rewrite(mine, "format = 2", "format = 2\nextra = 1")
    with pytest.raises(GanteiError, match=match):
        prepare_publication(mine)
    assert hub.asked == []


def test_what_changes_between_check_and_upload_is_not_uploaded(hub, mine):
    publication = prepare_publication(mine)
    (mine / "card.md").write_text("changed")
    with pytest.raises(WeightsError, match="changed since"):
        publish(publication, "hf:org/eyes")
    assert hub.asked == []


def test_who_may_not_write_and_where_nothing_is_is_said(hub, mine):
    publication = prepare_publication(mine)
    with pytest.raises(SettingError, match="the repository alone"):
        publish(publication, "hf:org/eyes@main")
    with pytest.raises(TransferError, match=r"make it first.*upload the same files"):
        publish(publication, "hf:org/none")
    hub.status = 403
    with pytest.raises(TransferError, match="right to write"):
        publish(publication, "hf:org/eyes")
    hub.status, hub.token = None, "hf_other"
    with pytest.raises(TransferError, match="hf auth login") as caught:
        publish(publication, "hf:org/eyes")
    assert "hf_secret" not in str(caught.value)
    assert hub.commits == 0
