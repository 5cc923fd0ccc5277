"""`gantei pull`: whatever the source does, an estimator is there whole and right, or not at all."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

import gantei
from gantei import store
from gantei.catalogue import SHIPPED
from gantei.command_line import main
from gantei.errors import (
    GanteiError,
    ManifestError,
    NotInstalledError,
    OfflineError,
    ResultsError,
    SettingError,
    TransferError,
    UnknownEstimatorError,
    WeightsError,
)
from gantei.pull import fetching, transfer, wire
from gantei.pull.fetching import downloads, pull_estimator
from gantei.pull.sights import path as record_path
from gantei.pull.wire import Reach

from .hub import Hub

FILES = sorted(path.name for path in (SHIPPED / "demo-age").iterdir())


@pytest.fixture
def mine(tmp_path):
    """A whole estimator's folder, `my-age`: the demo under another name."""
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "mine" / "my-age")
    manifest = folder / "estimator.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"demo-age"', '"my-age"', 1), "utf-8")
    return folder


def zipped(folder, path, inside=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"{inside}{file.name}")
    return path


def is_whole(folder):
    """Whether the installed estimator is that of a folder, byte for byte, and nothing is left."""
    installed = store.installed()["my-age"]
    here = {path.name: path.read_bytes() for path in installed.iterdir()}
    assert here == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert list(downloads().iterdir()) == []
    assert gantei.load("my-age", "cpu").name == "my-age"
    return True


def nothing_is_installed():
    with pytest.raises(UnknownEstimatorError):
        gantei.load("my-age")
    return store.installed() == {}


def refused(kind, source, match, **options):
    with pytest.raises(kind, match=match) as caught:
        pull_estimator("my-age", source, **options)
    assert nothing_is_installed()
    return str(caught.value)


# Where it can come from.


def test_from_a_commit_of_the_hub(hub, mine):
    assert not pull_estimator("my-age", hub.offer(mine)).was_here
    assert is_whole(mine)


def test_a_branch_is_resolved_to_its_commit_first_which_is_told_and_recorded(hub, mine):
    hub.offer(mine)
    told = []
    pull_estimator("my-age", "hf:org/eyes", tell=told.append)
    assert is_whole(mine)
    assert "hf:org/eyes@" + "c" * 40 in told[0]
    recorded = json.loads(record_path().read_bytes())
    assert recorded["hf:org/eyes@" + "c" * 40]["asked"] == "hf:org/eyes"


def test_the_hub_of_these_tests_is_one_to_the_hubs_own_library_too(hub, mine):
    hub.offer(mine)
    code = (
        "from huggingface_hub import HfApi, hf_hub_download\n"
        "print(hf_hub_download('org/eyes', 'model.onnx'))\n"
        "print(HfApi().model_info('org/eyes', revision='main').sha)"
    )
    environment = {**os.environ, "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    file, commit = done.stdout.splitlines()
    assert Path(file).read_bytes() == (mine / "model.onnx").read_bytes()
    assert commit == "c" * 40


def test_the_hubs_own_offline_variable_counts_for_the_hub(hub, mine, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    refused(OfflineError, hub.offer(mine), "HF_HUB_OFFLINE")
    assert hub.asked == []


@pytest.mark.parametrize("ending", ["", "/", "/estimator.toml"])
def test_from_the_address_of_a_folder(hub, mine, ending):
    hub.offer(mine)
    pull_estimator("my-age", f"{hub.address}/files/my-age{ending}")
    assert is_whole(mine)


def test_from_the_address_of_an_archive(hub, mine, tmp_path):
    hub.plain["a.zip"] = zipped(mine, tmp_path / "a.zip", "bundle/estimators/my-age/").read_bytes()
    pull_estimator("my-age", f"{hub.address}/files/a.zip?signature=secret")
    assert is_whole(mine)
    assert "secret" not in record_path().read_text("utf-8")


@pytest.mark.parametrize("where", ["itself", "above", "bundle"])
def test_from_a_folder_on_this_disk(mine, tmp_path, where):
    bundle = tmp_path / "bundle"
    shutil.copytree(mine, bundle / "estimators" / "my-age")
    source = {"itself": mine, "above": mine.parent, "bundle": bundle}[where]
    pull_estimator("my-age", str(source))
    assert is_whole(mine)


@pytest.mark.parametrize("inside", ["", "my-age/", "bundle/estimators/my-age/"])
def test_from_an_archive_on_this_disk(mine, tmp_path, inside):
    archive = zipped(mine, tmp_path / "bundle.zip", inside)
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("other/readme.txt", "beside it")
    pull_estimator("my-age", str(archive))
    assert is_whole(mine)


def test_only_the_estimators_own_files_come(hub, mine):
    (mine / "run.py").write_text("print('no')")
    pull_estimator("my-age", hub.offer(mine))
    assert sorted(path.name for path in store.installed()["my-age"].iterdir()) == FILES


def test_an_estimator_without_card_and_provenance_comes_too(hub, make_estimator):
    folder = make_estimator("my-age")
    pull_estimator("my-age", hub.offer(folder))
    assert is_whole(folder)


# What is here already.


def test_what_is_installed_and_right_is_not_asked_for_again(hub, mine, capsys):
    source = hub.offer(mine)
    assert main(["pull", "my-age", "--from", source]) == 0
    hub.asked.clear()
    assert main(["pull", "my-age", "--from", source]) == 0
    assert main(["pull", "my-age"]) == 0
    assert "already in" in capsys.readouterr().out
    assert hub.asked == []


def test_what_is_installed_and_damaged_is_said_and_replaced_when_asked(hub, mine):
    source = hub.offer(mine)
    pull_estimator("my-age", source)
    (store.installed()["my-age"] / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="--replace"):
        pull_estimator("my-age", source)
    pull_estimator("my-age", source, replace=True)
    assert is_whole(mine)


def test_what_is_installed_and_has_a_broken_manifest_is_said_and_replaced(hub, mine):
    source = hub.offer(mine)
    pull_estimator("my-age", source)
    (store.installed()["my-age"] / "estimator.toml").write_text("format = 2")
    with pytest.raises(ManifestError, match="--replace"):
        pull_estimator("my-age", source)
    pull_estimator("my-age", source, replace=True)
    assert is_whole(mine)


def test_the_demo_estimators_are_here_and_nothing_takes_their_place(capsys):
    assert main(["pull", "demo-age"]) == 0
    with pytest.raises(SettingError, match="comes with gantei"):
        pull_estimator("demo-age", "anywhere", replace=True)


def test_of_a_publisher_with_a_page_the_page_the_terms_and_the_command_are_said(capsys):
    assert main(["pull", "joir-sex-mobilenet"]) == 2
    said = capsys.readouterr().err
    assert "http://www.joir.jp/data/index.html" in said
    assert "the sex estimator, MobileNet" in said
    assert "free use" in said
    assert "\n    gantei import joir-sex-mobilenet FILE\n" in said


def test_an_unknown_name_says_what_a_source_is():
    with pytest.raises(UnknownEstimatorError, match="hf:ORG/REPO@COMMIT"):
        pull_estimator("my-age")


# What a source may do.


def test_a_download_that_was_cut_goes_on_where_it_stopped(hub, mine):
    source = hub.offer(mine)
    hub.cut_at = 300_000
    refused(TransferError, source, "cut off.*goes on from there.*By hand: .*download its files")
    hub.heal()
    pull_estimator("my-age", source)
    assert hub.gets("model.onnx")[-1]["range"] == "bytes=300000-"
    assert is_whole(mine)


def test_an_archive_that_was_cut_goes_on_where_it_stopped(hub, mine, tmp_path):
    hub.plain["a.zip"] = zipped(mine, tmp_path / "a.zip").read_bytes()
    hub.cut_at = 300_000
    source = f"{hub.address}/files/a.zip"
    refused(TransferError, source, "cut off")
    hub.heal()
    pull_estimator("my-age", source)
    assert hub.gets("a.zip")[-1]["range"] == "bytes=300000-"
    assert is_whole(mine)


def test_a_server_without_ranges_is_asked_from_the_start(hub, mine):
    source = hub.offer(mine)
    hub.cut_at, hub.ranges, hub.etags = 300_000, False, False
    refused(TransferError, source, "cut off")
    hub.heal()
    pull_estimator("my-age", source)
    assert is_whole(mine)


def test_after_an_etag_that_no_header_carries_back_a_download_goes_on(hub, mine):
    source = hub.offer(mine)
    hub.cut_at, hub.etags = 300_000, '"\xe9"'
    refused(TransferError, source, "cut off")
    hub.heal()
    pull_estimator("my-age", source)
    assert is_whole(mine)


def test_a_server_that_announces_no_length_and_stops_early_is_noticed(hub, mine):
    source = hub.offer(mine)
    hub.cut_at, hub.chunked = 300_000, True
    refused(TransferError, source, "cut off after 300000 of 855217 bytes")


@pytest.mark.parametrize("damage", ["flipped", "longer", "whole but wrong"])
def test_a_part_that_was_damaged_on_this_disk_does_not_stay(hub, mine, damage):
    source = hub.offer(mine)
    hub.cut_at = 300_000
    refused(TransferError, source, "cut off")
    hub.heal()
    (part,) = downloads().rglob("model.onnx.part")
    content = bytearray(part.read_bytes())
    content[1000] ^= 1
    size = {"flipped": 300_000, "longer": 900_000, "whole but wrong": 855_217}[damage]
    part.write_bytes(content.ljust(size, b"x"))
    pull_estimator("my-age", source)
    assert is_whole(mine)


@pytest.mark.parametrize("etags", [True, False])
def test_wrong_bytes_are_refused_and_nothing_of_them_is_kept(hub, mine, etags):
    source = hub.offer(mine)
    hub.flip, hub.etags = 1234, etags
    refused(TransferError, source, "another sha256")
    assert list(downloads().rglob("model.onnx*")) == []
    hub.heal()
    pull_estimator("my-age", source)
    assert is_whole(mine)


def test_wrong_bytes_on_this_disk_are_refused(mine):
    weights = bytearray((mine / "model.onnx").read_bytes())
    weights[100] ^= 1
    (mine / "model.onnx").write_bytes(weights)
    refused(TransferError, str(mine), "another sha256")
    (mine / "model.onnx").write_bytes(weights[:-1])
    refused(TransferError, str(mine), "855216 bytes")


def test_golden_answers_other_than_the_originals_are_refused(hub, mine):
    manifest = mine / "estimator.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("age = 39.66", "age = 39.76"), "utf-8")
    refused(WeightsError, hub.offer(mine), "answers age")


def test_weights_that_read_other_files_are_refused(hub, make_estimator, tmp_path):
    import onnx

    from ..conftest import mean_network

    model = onnx.load_model_from_string(mean_network({"age": 1.0}))
    tensor = next(each for each in model.graph.initializer if each.name == "age-factor")
    outside = tmp_path / "outside.bin"
    outside.write_bytes(b"\0\0\x80?")
    tensor.ClearField("float_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=str(outside))
    folder = make_estimator("my-age", network=model.SerializeToString())
    refused(WeightsError, hub.offer(folder), "cannot open the weights")


def test_an_estimator_of_another_name_is_refused(hub, mine):
    with pytest.raises(ManifestError, match="called 'my-age', not 'my-sex'"):
        pull_estimator("my-sex", hub.offer(mine))
    assert nothing_is_installed()


@pytest.mark.parametrize(
    ("before", "after", "match"),
    [
        ("format = 1", "format = 2", "format"),
        ("format = 1", "format = 1\nextra = 1", "unknown key 'extra'"),
        ('file = "model.onnx"', 'file = "../model.onnx"', "file"),
        ('file = "model.onnx"', 'file = "card.md"', "one name"),
        ('photograph = "golden-1.jpg"', 'photograph = "/etc/passwd"', "photograph"),
        ('photograph = "golden-1.jpg"', 'photograph = "nul.jpg"', "Windows"),
        ('photograph = "golden-1.jpg"', 'photograph = "x."', "Windows"),
        ('photograph = "golden-1.jpg"', 'photograph = "ＣARD.md"', "one name"),
        ("bytes = 855217", "bytes = 3000000000", "no ONNX file has more"),
        ("format = 1", "x" * 1_000_001, "larger than 1000000"),
        ("format = 1", "<html>", "not TOML"),
    ],
)
def test_a_manifest_that_breaks_the_rules_is_refused_before_the_weights(
    hub, mine, before, after, match
):  # fmt: skip
    manifest = mine / "estimator.toml"
    manifest.write_text(manifest.read_text("utf-8").replace(before, after, 1), "utf-8")
    refused(GanteiError, hub.offer(mine), match)
    assert hub.gets("model.onnx") == []


def test_a_file_of_another_size_than_the_manifest_says_is_not_downloaded(hub, mine):
    source = hub.offer(mine)
    (files,) = hub.repositories["org/eyes"].values()
    files["model.onnx"] += b"x" * 1000
    refused(TransferError, source, "has 856217 bytes where 855217 are expected")


def test_a_card_without_end_is_cut_off(hub, mine, monkeypatch):
    (mine / "card.md").write_bytes(b"x" * 4_000_001)
    source = hub.offer(mine)
    refused(TransferError, source, "larger than 4000000 bytes")
    hub.chunked = True
    refused(TransferError, source, "larger than 4000000 bytes")


def test_what_a_source_gave_first_is_what_it_has_to_give(hub, mine):
    hub.offer(mine)
    source = f"{hub.address}/files/my-age"
    pull_estimator("my-age", source)
    store.remove("my-age")
    hub.plain["my-age/card.md"] += b"changed"
    said = refused(TransferError, source, r"card\.md differ")
    assert "--accept-changes" in said
    pull_estimator("my-age", source, accept_changes=True)
    store.remove("my-age")
    pull_estimator("my-age", source)


def test_a_mirror_that_gives_other_bytes_for_a_commit_is_noticed(hub, mine, monkeypatch):
    from huggingface_hub import constants

    source = hub.offer(mine)
    pull_estimator("my-age", source)
    store.remove("my-age")
    mirror = Hub()
    monkeypatch.setattr(constants, "ENDPOINT", mirror.address)
    (mine / "provenance.json").write_text("{}")
    mirror.offer(mine)
    refused(TransferError, source, "provenance")
    mirror.close()


def test_a_record_that_is_none_is_said(hub, mine):
    record_path().parent.mkdir(parents=True, exist_ok=True)
    record_path().write_text('{"a": 1}')
    refused(ResultsError, hub.offer(mine), "move it away")


# Several at once, and the disk.


def test_two_at_once_share_one_download(hub, mine):
    source = hub.offer(mine)
    hub.pause = 0.005
    outcomes = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(pull_estimator("my-age", source).was_here))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, True]
    assert len(hub.gets("model.onnx")) == 1
    assert is_whole(mine)


def test_a_disk_without_room_is_said_before_the_weights(hub, mine, monkeypatch):
    source = hub.offer(mine)
    usage = shutil.disk_usage("/")._replace(free=transfer.SPARE + 800_000)
    monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _: usage)
    refused(ResultsError, source, "GANTEI_HOME")
    assert hub.gets("model.onnx") == []


def test_a_disk_that_gets_full_is_said_and_the_next_call_goes_on(hub, mine, monkeypatch):
    source = hub.offer(mine)
    really = Path.open

    def opened(path, mode="r", *args, **kwargs):
        if path.name == "model.onnx.part" and mode == "wb":
            really(path, "wb").close()
            return really(Path("/dev/full"), "wb")
        return really(path, mode, *args, **kwargs)

    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with monkeypatch.context() as full:
        full.setattr(Path, "open", opened)
        refused(ResultsError, source, "disk is full.*GANTEI_HOME")
    pull_estimator("my-age", source)
    assert is_whole(mine)


# Who is in the way.


@pytest.mark.parametrize(
    ("status", "match"),
    [
        (401, "hf auth login"),
        (403, "hf auth login"),
        (407, "proxy that wants a password"),
        (418, "status 418"),
        (429, "wait 7 s"),
        (500, "try again later"),
        (503, "try again later"),
    ],
)
def test_each_refusal_says_what_to_do(hub, mine, status, match):
    source = hub.offer(mine)
    hub.status, hub.headers = status, {"retry-after": "7"}
    said = refused(TransferError, source, match)
    assert f"status {status}" in said
    assert "gantei pull my-age --from FOLDER" in said


def test_a_repository_that_is_not_there_is_said(hub):
    refused(TransferError, "hf:org/none", "no repository org/none")
    refused(TransferError, "hf:org/none@" + "a" * 40, "no estimator")
    refused(TransferError, f"{hub.address}/files/none", "no estimator")
    refused(TransferError, f"{hub.address}/files/none.zip", "check the address")


def test_without_an_answer_the_proxy_is_named(hub, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    refused(TransferError, f"http://127.0.0.1:{port}/x/", "is not reached: .*By hand")
    monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@127.0.0.1:{port}")
    said = refused(TransferError, "http://hub.invalid/x/", "through the proxy of HTTP_PROXY")
    assert "secret" not in said
    monkeypatch.setenv("HTTP_PROXY", "socks9://nowhere")
    refused(SettingError, "http://hub.invalid/x/", "HTTP_PROXY")


def test_a_proxy_that_refuses_is_said(hub, monkeypatch):
    # To a server that is no proxy, CONNECT is a method that it does not know: it answers 501.
    monkeypatch.setenv("HTTPS_PROXY", hub.address)
    refused(TransferError, "https://hub.invalid/x/", "the proxy refuses")


def test_a_server_that_is_silent_is_left(hub, mine, monkeypatch):
    source = hub.offer(mine)
    monkeypatch.setattr(wire, "SILENCE", 0.1)
    hub.pause = 0.5
    refused(TransferError, source, "sent nothing for 0.1 s")


def test_a_server_that_only_trickles_is_left(hub, mine, monkeypatch):
    source = hub.offer(mine)
    monkeypatch.setattr(wire, "PERIOD", 0.05)
    monkeypatch.setattr(wire, "SLOWEST", 1e9)
    hub.pause = 0.02
    refused(TransferError, source, "bytes a second")


def test_the_token_goes_to_its_machine_and_to_no_other(hub, mine, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    elsewhere = Hub()
    elsewhere.offer(mine)
    source = hub.offer(mine)
    hub.token, hub.redirect = "hf_secret", f"http://localhost:{elsewhere.port}"
    pull_estimator("my-age", source)
    elsewhere.close()
    assert all("authorization" in headers for _, _, headers in hub.asked)
    assert elsewhere.asked
    assert not any("authorization" in headers for _, _, headers in elsewhere.asked)


def test_redirects_without_end_are_left(hub, mine):
    source = hub.offer(mine)
    hub.redirect = f"{hub.address}/org/eyes/resolve/x"
    refused(TransferError, source, "more than 5 times")


def test_a_token_of_a_file_is_sent_where_it_is_named(hub, mine, tmp_path):
    hub.offer(mine)
    hub.token = "secret"
    source = f"{hub.address}/files/my-age"
    assert "secret" not in refused(TransferError, source, "--token-file")
    file = tmp_path / "token"
    file.write_text("secret\n")
    pull_estimator("my-age", source, reach=Reach(token_file=file))
    pull_estimator("my-age", "hf:org/eyes", reach=Reach(token_file=file), replace=True)
    for wrong in ("", "two words", "日本"):
        file.write_text(wrong, "utf-8")
        with pytest.raises(SettingError, match="--token-file"):
            pull_estimator("my-age", source, reach=Reach(token_file=file), replace=True)


@pytest.mark.parametrize("token", ["top\x7fsecret", "topsécret", "top secret"])
def test_a_token_that_no_header_carries_is_not_shown(hub, token, monkeypatch):
    monkeypatch.setenv("GANTEI_TOKEN", token)
    assert "top" not in refused(SettingError, hub.address, "GANTEI_TOKEN: a token is one word")


# What is none.


@pytest.mark.parametrize(
    "source",
    [
        "hf:org", "hf:org/../x", "hf:org/x@../y", "ftp://example.org/x", "http://", "http://h:x/", "http://user:secret@h:x/",
        "http://user:secret@127.0.0.1/x/", "http://127.0.0.1:1/x/?query",
    ],
)  # fmt: skip
def test_what_is_no_source_is_said(source, hub):
    said = refused(SettingError, source, ".")
    assert "secret" not in said


@pytest.mark.parametrize("name", ["", "My-Age", "../x", "a b"])
def test_what_is_no_name_is_said(name, mine):
    with pytest.raises(SettingError, match="a name is words"):
        pull_estimator(name, str(mine))


def test_what_is_no_folder_is_said(tmp_path, mine):
    refused(TransferError, str(tmp_path / "none"), "no such folder")
    (tmp_path / "empty").mkdir()
    refused(TransferError, str(tmp_path / "empty"), "holds no estimator.toml")
    (tmp_path / "x.zip").write_bytes(b"PK")
    refused(TransferError, str(tmp_path / "x.zip"), "cannot be unpacked")
    (mine / "model.onnx").rename(tmp_path / "model.onnx")
    refused(TransferError, str(mine), "no model.onnx")
    (mine / "model.onnx").symlink_to(tmp_path / "model.onnx")
    refused(TransferError, str(mine), "not a plain file")


def test_archives_that_lie_are_refused(tmp_path, mine):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(mine / "estimator.toml", "../../my-age/estimator.toml")
    refused(TransferError, str(path), "must hold one folder")
    with zipfile.ZipFile(zipped(mine, path, "a/"), "a") as archive:
        archive.write(mine / "estimator.toml", "b/estimator.toml")
    refused(TransferError, str(path), "must hold one folder")
    (mine / "card.md").write_bytes(bytes(110_000_000))
    refused(TransferError, str(zipped(mine, path)), "swells|at most")
    content = zipped(mine, path).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    refused(TransferError, str(path), "cannot be unpacked")


def test_an_archive_whose_table_of_files_would_fill_the_memory_is_refused(tmp_path, mine):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100):
            member = zipfile.ZipInfo(f"{number}")
            member.extra = b"xx" + (60_000).to_bytes(2, "little") + bytes(60_000)
            archive.writestr(member, b"")
    assert "more than 4000000 bytes" in refused(TransferError, str(path), "table of files")


# Where it is, and away with it.


def test_where_it_is_and_where_it_came_from(hub, mine, capsys, own_store):
    source = hub.offer(mine)
    pull_estimator("my-age", source)
    capsys.readouterr()
    assert main(["where", "my-age"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{own_store / 'estimators/my-age'}\n"
    assert source in said.err
    assert main(["where"]) == 0
    assert capsys.readouterr().out == f"{own_store / 'estimators'}\n"
    assert main(["where", "joir-age-mobilenet"]) == 2


def test_it_is_removed_with_what_was_begun_of_it_and_its_variants_are_named(
    hub, mine, capsys, monkeypatch
):  # fmt: skip
    source = hub.offer(mine)
    pull_estimator("my-age", source)
    hub.cut_at = 1000
    with pytest.raises(TransferError):
        pull_estimator("my-age", source, replace=True)
    variant = store.installed()["my-age"].with_name("my-age-fp16")
    text = (mine / "estimator.toml").read_text("utf-8").replace('"my-age"', '"my-age-fp16"', 1)
    variant.mkdir()
    (variant / "estimator.toml").write_text(
        text + f'[variant]\nof = "my-age"\nof_sha256 = "{"0" * 64}"\nprecision = "fp16"\n'
        "calibrated_on = 0\nmeasured_on = 1\ncost = []\n[[variant.drift]]\nvalue = 'age'\n"
        "unit = 'years'\nmean = 0.0\npercentile_95 = 0.0\nlargest = 0.0\nlimit = 1.0\n"
    )
    assert main(["remove", "my-age"]) == 0
    assert "still here: my-age-fp16" in capsys.readouterr().err
    assert list(store.installed()) == ["my-age-fp16"]
    assert list(downloads().iterdir()) == []


def test_what_cannot_be_removed_is_said(capsys):
    assert main(["remove", "demo-age"]) == 2
    assert "comes with gantei" in capsys.readouterr().err
    assert main(["remove", "other"]) == 2
    assert "not installed" in capsys.readouterr().err
    with pytest.raises(NotInstalledError):
        store.remove("other")


def test_without_onnx_runtime_it_is_said_that_the_answers_are_not_checked(
    hub, mine, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(fetching, "find_spec", lambda _: None)
    told = []
    pull_estimator("my-age", hub.offer(mine), tell=told.append)
    assert "not checked" in told[-1]
