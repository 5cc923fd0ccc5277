import asyncio
import importlib.metadata
import os
import ssl
import sys
from pathlib import Path

import pytest

from gantei.errors import MissingExtraError, OutputError
from gantei_export.federating_with_flower import carried_rounds
from gantei_export.federating_with_flower.carried_rounds import (
    FlowerError,
    RoundExchange,
    answered,
    files_of,
    led,
    prepared_folder,
    write_files,
)
from gantei_export.federating_with_flower.flower_certificate import make_certificate
from gantei_export.federating_with_flower.flower_install import flower_environment, require_flower
from gantei_export.federating_with_flower.flower_processes import flower_programs
from gantei_export.federating_with_flower.link_process import OPERATOR_HEADER, OperatorOnly

ROUND = {
    "federation.json": b"{}",
    "sums.bin": b"\0\1",
    "model.sig": b"s",
    "joins/1/model.sig": b"j",
    "answers/100/sums.bin": b"a",
}


def out_of(arguments):
    return Path(arguments[arguments.index("--out") + 1])


def written(folder, **files):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_bytes(content)


def test_a_message_arrives_as_the_folder_that_was_sent(tmp_path):
    write_files(ROUND, tmp_path / "arrived")
    assert files_of(tmp_path / "arrived") == ROUND


@pytest.mark.parametrize(
    "files",
    [
        {"../federation.json": b""},
        {"/etc/federation.json": b""},
        {"joins/../../sums.bin": b""},
        {"federation.json\n": b""},
        {"run.py": b""},
        {"joins/1/run.py": b""},
        {"federation.json": "text"},
        {f"joins/{n}/model.sig": b"" for n in range(700)},
    ],
)
def test_nothing_is_written_of_what_no_message_holds(tmp_path, files):
    with pytest.raises(FlowerError, match=r"no message|larger than any message"):
        write_files({**ROUND, **files}, tmp_path / "arrived")
    assert not any(tmp_path.iterdir())


def test_a_site_answers_with_the_files_that_its_own_command_writes():
    def site(arguments):
        assert arguments[:2] == ["federate", "site"]
        assert arguments[-3:] == ["PHOTOGRAPHS", "--labels", "labels.csv"]
        asked = Path(arguments[arguments.index("PHOTOGRAPHS") - 1])
        assert files_of(asked) == ROUND
        written(out_of(arguments), federation=b"answer")
        return 1  # some photographs were left out

    files = answered(ROUND, ["PHOTOGRAPHS", "--labels", "labels.csv"], site)
    assert files == {"federation.json": b"answer"}


@pytest.mark.parametrize("code", [2, 0])
def test_a_site_that_cannot_answer_sends_a_number_and_no_words(code):
    assert answered(ROUND, [], lambda arguments: code) == 2


def test_a_site_runs_nothing_on_what_is_no_round():
    def never(arguments):
        raise AssertionError

    assert answered({"../x": b""}, [], never) == 2


def federation(asked, told):
    def ask(files):
        asked.append(files["federation.json"])
        return {f"site-{n}": {"federation.json": b"%d" % n} for n in (1, 2, 3)}

    return RoundExchange(ask, told.append)


def test_rounds_are_combined_until_they_have_converged_and_the_last_goes_to_all(tmp_path):
    asked, told, combined = [], [], []

    def combine(arguments):
        assert arguments[:4] == ["federate", "combine", "--key", "k"]
        folders = arguments[arguments.index("--") + 1 :]
        combined.append([files_of(Path(each))["federation.json"] for each in folders])
        written(out_of(arguments), federation=b"round %d" % len(combined))
        return 0 if len(combined) == 3 else 1

    written(tmp_path / "round-0", federation=b"round 0")
    last = led(
        tmp_path / "round-0", tmp_path / "out", ["--key", "k"], federation(asked, told), combine
    )
    assert asked == [b"round 0", b"round 1", b"round 2"]
    assert combined == [[b"1", b"2", b"3"]] * 3
    assert told == [{"federation.json": b"round 3"}] == [files_of(last)]


def test_a_site_without_an_answer_ends_the_federation_and_is_named(tmp_path):
    written(tmp_path / "round-0", federation=b"")
    exchange = RoundExchange(lambda files: {"site-1": {}, "site-2": 2}, lambda files: None)
    with pytest.raises(FlowerError, match="round 0: site site-2 could not answer"):
        led(tmp_path / "round-0", tmp_path / "out", [], exchange, lambda arguments: 0)


def test_answers_that_cannot_be_combined_end_it_without_a_word_to_the_sites(tmp_path):
    written(tmp_path / "round-0", federation=b"")
    told = []
    with pytest.raises(FlowerError, match="round 1 could not be made"):
        led(tmp_path / "round-0", tmp_path / "out", [], federation([], told), lambda a: 2)
    assert told == []


def test_flower_reports_nothing_installs_nothing_and_writes_beside_its_command(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("FLWR_TELEMETRY_ENABLED", "1")
    monkeypatch.setenv("FLWR_OIDC_ENABLED", "1")
    environment = flower_environment(tmp_path)
    assert {name: value for name, value in environment.items() if name.startswith("FLWR_")} == {
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "FLWR_HOME": str(tmp_path),
    }
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


@pytest.mark.parametrize(("version", "what"), [(None, "not installed"), ("1.20.0", "not 1.42")])
def test_without_the_flower_that_was_tried_the_file_that_has_it_is_named(
    monkeypatch, version, what
):
    def found(name):
        if version is None:
            raise importlib.metadata.PackageNotFoundError
        return version

    monkeypatch.setattr(importlib.metadata, "version", found)
    with pytest.raises(MissingExtraError, match=rf"{what}.*requirements/flower\.txt"):
        require_flower()


@pytest.mark.parametrize(
    ("path", "secret", "status"),
    [
        ("/v1/control/start-run", None, 403),
        ("/v1/control/start-run", "wrong", 403),
        ("/v1/control/start-run", "right", 200),
        ("/docs", None, 403),
        ("/v1/fleet/pull-messages", None, 200),  # each is signed by its SuperNode
    ],
)
def test_only_its_operator_starts_something_on_a_superlink(path, secret, status):
    sent = []

    async def flower(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    headers = [(OPERATOR_HEADER.encode(), secret.encode())] if secret else []
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(OperatorOnly(flower, "right")(scope, None, send))
    assert sent[0]["status"] == status


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "federation.example"])
def test_a_certificate_is_of_its_host_and_its_key_is_private(tmp_path, host):
    x509 = pytest.importorskip("cryptography.x509")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.secret"
    make_certificate(host, certificate, key)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    made = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each.value) for each in names] == [host]
    assert key.stat().st_mode & 0o077 == 0


def test_a_program_gets_a_secret_through_a_pipe_and_ends_with_its_command(tmp_path):
    with flower_programs(tmp_path) as programs:
        code = "import sys, time; print(open(sys.argv[2]).read(), flush=True); time.sleep(60)"
        name = Path(sys.executable).name
        programs.start("program", [name, "-c", code], secret=("--key", b"only here"))
        while "only here" not in programs.log.read_text():
            programs.check()
        shared = programs.secret_file("shared.secret")
        assert shared.stat().st_mode & 0o077 == 0
    assert programs.running["program"].poll() is not None
    assert not shared.exists()


def test_a_program_that_ends_by_itself_is_named(tmp_path):
    with flower_programs(tmp_path) as programs:
        programs.start("SuperNode", [Path(sys.executable).name, "-c", "raise SystemExit(3)"])
        with pytest.raises(FlowerError, match="the SuperNode ended with exit code 3"):
            programs.wait_for(tmp_path / "never")


def test_a_folder_that_is_there_is_not_written_into(tmp_path):
    with pytest.raises(OutputError, match="name another --out"):
        prepared_folder(tmp_path)


def test_a_round_too_large_to_be_carried_is_refused_before_it_is_read(tmp_path, monkeypatch):
    written(tmp_path / "round-0", federation=b"a whole network")
    monkeypatch.setattr(carried_rounds, "_LARGEST", 14)
    asked = []
    with pytest.raises(FlowerError, match="15 bytes, since it holds what all sites sent"):
        led(tmp_path / "round-0", tmp_path / "out", [], federation(asked, []), lambda a: 0)
    assert asked == []
