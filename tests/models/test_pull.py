"""`gantei pull`: whatever the source is, an estimator is there whole and right, or not at all."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import get_args

import pytest

from gantei.catalogue import store
from gantei.command_line import main
from gantei.errors import (
    ManifestError,
    NotInstalledError,
    OfflineError,
    SettingError,
    TransferError,
    UnknownEstimatorError,
    WeightsError,
)
from gantei.pull import fetching, opening
from gantei.pull.fetching import downloads, pull_estimator
from gantei.pull.first_use import path as record_path
from gantei.pull.source_kinds import SourceKind

from .pulling import FILES, is_whole, mine, refused, zipped

__all__ = ["mine"]


# Where it can come from.


def test_from_a_commit_of_the_hub(hub, mine):
    assert not pull_estimator("my-age", hub.offer(mine)).was_installed
    assert is_whole(mine)


def test_a_branch_is_resolved_to_its_commit_first_which_is_told_and_recorded(hub, mine):
    hub.offer(mine)
    told = []
    pull_estimator("my-age", "hf:org/eyes", report=told.append)
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
    assert main(["where", "joir-age-swin-b"]) == 2


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
    pull_estimator("my-age", hub.offer(mine), report=told.append)
    assert "not checked" in told[-1]


def test_every_kind_of_source_is_opened():
    missing = {*get_args(SourceKind)} ^ opening.OPENERS.keys()
    assert not missing, f"OPENERS of models/gantei/pull/opening.py and SourceKind differ: {missing}"
