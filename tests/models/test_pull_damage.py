"""`gantei pull` from a source that lies or stops: nothing wrong stays, and what came goes on."""

import pytest

from gantei.catalogue import store
from gantei.errors import (
    GanteiError,
    ManifestError,
    OutputError,
    TransferError,
    WeightsError,
)
from gantei.pull.fetching import downloads, pull_estimator
from gantei.pull.first_use import path as record_path

from .hub import Hub
from .pulling import is_whole, mine, nothing_is_installed, refused, zipped

__all__ = ["mine"]


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
        ("format = 2", "format = 3", "format"),
        ("format = 2", "format = 2\nextra = 1", "unknown key 'extra'"),
        ('file = "model.onnx"', 'file = "../model.onnx"', "file"),
        ('file = "model.onnx"', 'file = "card.md"', "one name"),
        ('photograph = "golden-1.jpg"', 'photograph = "/etc/passwd"', "photograph"),
        ('photograph = "golden-1.jpg"', 'photograph = "nul.jpg"', "Windows"),
        ('photograph = "golden-1.jpg"', 'photograph = "x."', "Windows"),
        ('photograph = "golden-1.jpg"', 'photograph = "ＣARD.md"', "one name"),
        ("bytes = 855217", "bytes = 3000000000", "no ONNX file has more"),
        ("format = 2", "x" * 1_000_001, "larger than 1000000"),
        ("format = 2", "<html>", "not TOML"),
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
    refused(OutputError, hub.offer(mine), "move it away")
