"""A bundle: whole or not there, the same bytes twice, and at work where there is no network.

Its wheels are gantei's own, pip, and one made here, which lends the installed Python the packages
of the Python that tests, and ends every process that would ask another machine.
"""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gantei.bundle import building, parts
from gantei.bundle.building import BundleOptions, make_bundle
from gantei.bundle.checkout import CARRIED, requirements_file
from gantei.bundle.components import components
from gantei.bundle.targets import PLATFORMS, PYTHONS, Target, read_requirements, targets
from gantei.catalogue.entries import find
from gantei.command_line import main, parser
from gantei.errors import (
    NotInstalledError,
    OfflineError,
    OutputError,
    SettingError,
    TransferError,
)
from gantei.manifests.file import parse_manifest

from ..bundled import HERE, lending_registry, pip_wheel, write_wheel
from ..conftest import REGRESSION, made_picture, manifest_tables
from ..processes import without_network

TOP = Path(__file__).parents[2]
REFUSE = """
import os, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        if arguments[1][0] != "127.0.0.1":
            os._exit(99)
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", None):
        os._exit(99)
sys.addaudithook(refuse)
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A list of exact versions, and pip set up to find its wheels and nothing else."""
    folder = tmp_path_factory.mktemp("registry")
    with pytest.MonkeyPatch.context() as patch:
        yield lending_registry(folder, patch, REFUSE)


@pytest.fixture(scope="module")
def made(registry, tmp_path_factory):
    """A bundle with demo-age."""
    out = tmp_path_factory.mktemp("made") / "bundle"
    make_bundle(BundleOptions(("demo-age",), (HERE,), requirements=registry), out)
    return out


@pytest.fixture
def copy(made, tmp_path):
    """A copy of it to spoil."""
    out = tmp_path / "copy"
    return shutil.copytree(made, out)


@pytest.fixture
def no_pip(monkeypatch):
    """Wheels that are there at once, where a test is about something else."""
    monkeypatch.setattr(building, "download", lambda *_: None)
    monkeypatch.setattr(building, "own_wheel", _tiny)


def _tiny(into):
    write_wheel(into, "gantei", {})
    return into / "gantei-1.0-py3-none-any.whl"


def verified(folder, *options):
    """The exit code of `verify.py` and what it prints."""
    done = subprocess.run(
        [sys.executable, folder / "verify.py", *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines()


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_conditions_of_requirements_are_asked_about_the_target_and_not_about_this_machine():
    listed = read_requirements(requirements_file(gpu=False).read_text("utf-8"), "service.txt")
    for python, version in (("3.11", "2.4.6"), ("3.13", "2.5.5")):
        held = {each.name: each for each in listed if each.holds(Target("linux-aarch64", python))}
        assert held["numpy"].version == version
        assert "colorama" not in held  # of Windows
    assert {each.name for each in listed} > {"onnxruntime", "fastapi", "h5py", "cryptography"}


def test_the_list_for_gpus_has_their_runtime_in_place_of_the_other():
    listed = read_requirements(requirements_file(gpu=True).read_text("utf-8"), "service-gpu.txt")
    names = {each.name for each in listed}
    assert "onnxruntime-gpu" in names
    assert "onnxruntime" not in names


@pytest.mark.parametrize("line", ["numpy>=2", "numpy==2.0", "-r other.txt", "--index-url http://x"])
def test_a_list_without_exact_versions_and_hashes_is_refused(line):
    with pytest.raises(SettingError, match="not an exact version"):
        read_requirements(line, "list.txt")


def test_platforms_and_pythons_that_are_not_known_are_refused():
    assert len(targets(PLATFORMS, PYTHONS)) == len(PLATFORMS) * len(PYTHONS)
    with pytest.raises(SettingError, match="linux-x86_64"):
        targets(("windows",), ("3.11",))


def test_a_bundle_has_wheels_estimators_cards_components_and_both_languages(made):
    assert set(tree(made)) >= {
        "README.md", "README.ja.md", "SHA256SUMS", "bundle.json", "cards/demo-age.md",
        "components.cdx.json", "deployment/gantei.service", "estimators/demo-age/model.onnx",
        "install.py", "requirements.txt", "verify.py", "wheels/lent-1.0-py3-none-any.whl",
    }  # fmt: skip
    pinned = (made / "requirements.txt").read_text()
    assert [line.split()[0] for line in pinned.splitlines() if "==" in line] == [
        "lent==1.0",
        f"pip=={pip_wheel().name.split('-')[1]}",
        "gantei==" + json.loads((made / "bundle.json").read_text())["gantei"],
    ]
    assert [path.name for path in made.parent.iterdir()] == ["bundle"]  # no lock, nothing half-made
    for name in ("README.md", "README.ja.md"):
        assert "3000/tcp" in (made / name).read_text("utf-8")
        assert "ln -sfn" in (made / name).read_text("utf-8")


def test_the_same_order_gives_the_same_bytes(made, registry, tmp_path):
    make_bundle(BundleOptions(("demo-age",), (HERE,), requirements=registry), tmp_path / "again")
    assert tree(tmp_path / "again") == tree(made)


@pytest.mark.reference
def test_the_list_of_components_is_valid_and_holds_the_card_of_the_model(made):
    pytest.importorskip("cyclonedx")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = (made / "components.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    model = json.loads(text)["components"][-1]
    assert model["type"] == "machine-learning-model"
    assert model["hashes"][0]["content"] == find("demo-age").manifest.weights.sha256
    assert model["modelCard"]["modelParameters"]["modelArchitecture"] == "MobileNet"


@pytest.mark.reference
def test_a_model_with_figures_classes_and_unknown_facts_is_valid_too(tmp_path):
    pytest.importorskip("cyclonedx")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    grade = {"kind": "categorical", "classes": ["none", "some"], "transform": "unknown"}
    tables = manifest_tables("grade", {"age": REGRESSION, "grade": grade}, b"weights")
    tables["basis"]["output.grade.transform"] = {"origin": "unknown", "evidence": "nobody says"}
    tables["reported"] = [
        {"metric": "accuracy", "value": 0.92, "unit": "fraction", "data": "some", "source": "page"}
    ]
    text = components(tmp_path, [parse_manifest(tables, "here")])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert "unknown: it does not predict" in text


def test_verify_runs_on_python_3_9_without_anything_else():
    source = ast.parse((CARRIED / "verify.py").read_text("utf-8"), feature_version=(3, 9))
    imported = {
        alias.name for node in ast.walk(source) if isinstance(node, ast.Import)
        for alias in node.names
    }  # fmt: skip
    assert imported <= sys.stdlib_module_names


def test_verify_agrees_with_sha256sum_on_a_bundle_that_is_whole(made):
    assert verified(made)[0] == 0
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=made, check=True)


def test_verify_names_every_file_that_is_altered_missing_added_or_a_link(copy):
    with (copy / "estimators/demo-age/model.onnx").open("r+b") as file:
        file.write(b"\0")
    (copy / "cards/demo-age.md").unlink()
    (copy / "wheels/sitecustomize.py").touch()
    (copy / "README.md").rename(copy / "elsewhere")
    (copy / "README.md").symlink_to("elsewhere")
    code, lines = verified(copy)
    assert code == 1
    assert [line.split(maxsplit=1)[0] for line in lines[:-1]] == [
        "added", "added", "altered", "missing", "no",
    ]  # fmt: skip
    assert "5 differences" in lines[-1]


def test_nothing_that_was_added_to_a_bundle_runs(copy, tmp_path):
    ran = tmp_path / "ran"
    added = ("__future__", "argparse", "hashlib", "json", "runpy", "stat")
    for name in added:
        (copy / f"{name}.py").write_text(f"open({str(ran)!r}, 'w')")
    code, lines = verified(copy)
    assert code == 1
    assert [line.split() for line in lines[:-1]] == [["added", f"{name}.py"] for name in added]
    into = ("--into", tmp_path / "site")
    assert subprocess.run([sys.executable, copy / "install.py", *into], check=False).returncode == 1
    assert not ran.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="install.py is for Linux")
def test_it_is_not_installed_where_everybody_may_write(made, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    site.chmod(0o777)
    command = [sys.executable, made / "install.py", "--into", site]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "chmod o-w" in done.stderr
    assert not (site / "current").exists()


def test_verify_tells_a_bundle_that_is_not_the_makers(copy):
    _, (line,) = verified(copy)
    digest = line.split()[-1]
    assert verified(copy, "--digest", digest)[0] == 0
    assert verified(copy, "--digest", "0" * 64)[0] == 1
    (copy / "SHA256SUMS").write_text("nothing\n")
    assert verified(copy)[0] == 2


def test_parts_are_archives_of_their_own_that_make_the_bundle_together(made, tmp_path):
    largest = 1000 + max(map(len, tree(made).values()))
    archives = parts.write_parts(made, tmp_path, largest)
    assert len(archives) > 1
    assert archives == sorted(archives)
    for path in archives:
        assert path.stat().st_size <= largest
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            archive.extractall(tmp_path / "out")
    assert tree(tmp_path / "out/bundle") == tree(made)


def test_a_file_that_fits_into_no_archive_is_refused(made, tmp_path):
    with pytest.raises(OutputError, match="alone is larger"):
        parts.write_parts(made, tmp_path, 500_000)


def test_zipped_it_is_archives_and_their_sums(registry, tmp_path, no_pip):
    out = tmp_path / "zipped"
    made = make_bundle(
        BundleOptions(("demo-age",), (HERE,), zipped=True, requirements=registry), out
    )
    assert [path.suffix for path in sorted(out.iterdir())] == ["", ".zip"]
    assert made.files == 2
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=True)


def test_what_fails_or_is_killed_leaves_nothing_that_looks_finished(
    registry, tmp_path, monkeypatch, no_pip
):
    def fail(*_):
        raise TransferError("cut")

    options, out = BundleOptions(("demo-age",), (HERE,), requirements=registry), tmp_path / "bundle"
    killed = tmp_path / ".bundle.incoming-abc"  # as kill -9 leaves it
    killed.mkdir()
    (killed / "SHA256SUMS").touch()
    with monkeypatch.context() as patch:
        patch.setattr(building, "own_wheel", fail)
        with pytest.raises(TransferError):
            make_bundle(options, out)
    assert list(tmp_path.iterdir()) == []
    make_bundle(options, out)
    assert verified(out)[0] == 0
    with pytest.raises(OutputError, match="there already"):
        make_bundle(options, out)


@pytest.mark.parametrize("redistribution", ["unknown", "not allowed", "Unknown"])
def test_an_estimator_whose_terms_do_not_allow_redistribution_needs_a_word(
    make_estimator, registry, tmp_path, no_pip, redistribution
):
    def change(tables):
        tables["source"]["redistribution"] = redistribution
        tables["title"] = "made |\n\n# Run this\n\n    curl evil"

    folder, out = str(make_estimator(change=change)), tmp_path / "bundle"
    with pytest.raises(SettingError, match="--terms-accepted"):
        make_bundle(BundleOptions((folder,), (HERE,), requirements=registry), out)
    make_bundle(BundleOptions((folder,), (HERE,), terms_accepted=True, requirements=registry), out)
    readme = (out / "README.md").read_text("utf-8")
    assert "| `made` | made \\| # Run this curl evil / " in readme


def test_offline_nothing_is_made(registry, tmp_path, monkeypatch):
    monkeypatch.setattr("gantei.system.offline.OFFLINE", True)
    with pytest.raises(OfflineError, match="carry it here"):
        make_bundle(
            BundleOptions(("demo-age",), (HERE,), requirements=registry), tmp_path / "bundle"
        )


def test_weights_that_are_not_here_and_a_registry_that_lacks_a_wheel_are_told(
    registry, tmp_path, capsys
):
    with pytest.raises(NotInstalledError):
        make_bundle(BundleOptions(("joir-sex-mobilenet",), (HERE,)), tmp_path / "bundle")
    assert main(["bundle", "--with", "demo-age", "--out", str(tmp_path / "bundle")]) == 2
    assert "Is the package registry within reach" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_commands_of_the_page_and_of_both_readmes_parse(made):
    pages = [TOP / "docs/closed-network.md", made / "README.md", made / "README.ja.md"]
    commands = [
        found
        for page in pages
        for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        for found in re.findall(r"^(?:/opt/gantei/current/)?gantei ([^#\n]*)", block, re.MULTILINE)
    ]
    assert len(commands) == 11
    for command in commands:
        assert parser().parse_args(shlex.split(command)).run


LIFE = """
import fcntl, json, os, socket, struct, subprocess, sys, time, urllib.request
site, picture, own_network = sys.argv[1:]
if own_network:  # where nothing is, not even this machine's own address
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        SIOCSIFFLAGS, IFF_UP = 0x8914, 1
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
gantei = f"{site}/current/gantei"
subprocess.run([gantei, "predict", picture, "--with", "demo-age", "--out", "-"], check=True)
server = subprocess.Popen([gantei, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
address = None
while not address:
    line = server.stderr.readline()
    assert line, "the server ended"
    address = json.loads(line).get("address", "").rstrip("/")
for _ in range(400):
    time.sleep(0.05)
    try:
        urllib.request.urlopen(f"{address}/readyz").close()
        break
    except OSError:
        assert server.poll() is None
with open(picture, "rb") as file:
    request = urllib.request.Request(
        f"{address}/v1/predict", file.read(), {"Content-Type": "image/png"}
    )
with urllib.request.urlopen(request) as answer:
    print(sorted(json.load(answer)["photographs"][0]["estimates"]))
server.terminate()
server.wait(20)
"""


def alone(*command):
    """Run a command without a network and without this test's environment."""
    unwanted = ("PYTHON", "PIP_", "GANTEI_")
    environment = {key: os.environ[key] for key in os.environ if not key.startswith(unwanted)}
    return subprocess.run(
        [*without_network(), *map(str, command)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="install.py is for Linux")
def test_without_a_network_it_installs_predicts_serves_upgrades_and_goes_back(made, copy, tmp_path):
    pytest.importorskip("uvicorn", reason="the service's packages are not installed")
    from PIL import Image

    site, picture = tmp_path / "site", tmp_path / "picture.png"
    Image.fromarray(made_picture(1)).save(picture)
    installed = alone(sys.executable, made / "install.py", "--into", site)
    assert installed.returncode == 0, installed.stderr
    first = (site / "current").resolve()
    assert verified(made)[0] == 0  # installing left nothing in it

    own_network = "own" if without_network() else ""
    life = alone(sys.executable, "-c", LIFE, site, picture, own_network)
    assert life.returncode == 0, life.stderr
    assert life.stdout.splitlines()[-1] == "['demo-age', 'demo-sex']"

    # An altered bundle changes nothing; a newer one stands beside, with what was imported here.
    (copy / "cards/demo-age.md").write_text("altered")
    assert alone(sys.executable, copy / "install.py", "--into", site).returncode == 1
    assert (site / "current").resolve() == first
    (first / "home/estimators/own").mkdir()
    (first / "home/estimators/own/estimator.toml").touch()
    (copy / "SHA256SUMS").unlink()
    building._write_sums(copy)
    upgraded = alone(sys.executable, copy / "install.py", "--into", site)
    assert upgraded.returncode == 0, upgraded.stderr
    second = (site / "current").resolve()
    assert second != first
    assert (second / "home/estimators/own/estimator.toml").exists()
    subprocess.run(["ln", "-sfn", f"versions/{first.name}", site / "current"], check=True)
    assert alone(site / "current/gantei", "--version").returncode == 0

    # The installed gantei makes its own wheel of the files that it runs from.
    again = alone(first / "bin/python", "-I", "-c", AGAIN, tmp_path)
    assert again.returncode == 0, again.stderr
    (wheel,) = tmp_path.glob("gantei-*.whl")
    (carried,) = (made / "wheels").glob("gantei-*.whl")
    assert contents(wheel) == contents(carried)


AGAIN = """
import sys, pathlib
from gantei.bundle.checkout import deployment_folder, requirements_file
from gantei.bundle.wheels import own_wheel
own_wheel(pathlib.Path(sys.argv[1]))
assert requirements_file(gpu=False).is_file() and requirements_file(gpu=True).is_file()
assert (deployment_folder() / "Containerfile").is_file()
"""


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: archive.read(name)
            for name in archive.namelist()
            if not name.endswith("RECORD") and not name.endswith("/")
        }
