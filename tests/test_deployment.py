"""The examples of docs/deployment: their commands parse, and they give away nothing."""

import configparser
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from gantei.command_line import parser

FOLDER = Path(__file__).parent.parent / "docs/deployment"
TOKENS = "--token-file"


def documents(name):
    yaml = pytest.importorskip("yaml", reason="the service's packages are not installed")
    return list(yaml.safe_load_all((FOLDER / name).read_text("utf-8")))


def container_command():
    text = (FOLDER / "Containerfile").read_text("utf-8")
    return json.loads(re.search(r"^CMD (.*)$", text, re.MULTILINE)[1])


def unit():
    read = configparser.RawConfigParser(strict=False, delimiters=("=",))
    read.optionxform = str
    read.read(FOLDER / "gantei.service", "utf-8")
    return read["Service"]


def commands():
    yield container_command()
    yield documents("compose.yaml")[0]["services"]["gantei"]["command"]
    for name in ("kubernetes.yaml", "kubernetes-gpu.yaml"):
        yield documents(name)[0]["spec"]["template"]["spec"]["containers"][0]["args"]
    yield documents("kserve.yaml")[0]["spec"]["predictor"]["containers"][0]["args"]
    yield shlex.split(unit()["ExecStart"])[1:]


def test_every_command_parses_and_asks_for_a_token():
    for words in commands():
        chosen = parser().parse_args(words)
        assert chosen.token_file
        assert not chosen.insecure
        assert chosen.port == 3000


def job(name):
    described = documents(name)[0]["spec"]
    (container,) = described["template"]["spec"]["containers"]
    (text,) = container["args"]
    return described, container, text


@pytest.mark.parametrize("name", ["kubernetes-predict.yaml", "kubernetes-merge.yaml"])
def test_a_job_runs_a_command_that_parses_as_nobody_and_without_a_network(name):
    described, container, text = job(name)
    program, *words = shlex.split(text.partition(" || ")[0])
    assert program == "/opt/gantei/current/gantei"  # of the Containerfile
    assert str(parser().parse_args(words).out).startswith("/study/results/")
    assert described["template"]["spec"]["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    policy = documents("kubernetes-predict.yaml")[1]["spec"]
    labels = described["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    assert policy["egress"] == policy["ingress"] == []


def test_the_job_in_shards_has_as_many_pods_as_shards_and_each_a_table_of_its_own():
    described, _, text = job("kubernetes-predict.yaml")
    words = shlex.split(text.partition(" || ")[0])[1:]
    chosen = parser().parse_args(words)
    assert described["completionMode"] == "Indexed"
    assert chosen.shard == f"kubernetes/{described['completions']}"
    assert "$JOB_COMPLETION_INDEX" in chosen.out


@pytest.mark.parametrize("name", ["kubernetes-predict.yaml", "kubernetes-merge.yaml"])
@pytest.mark.parametrize(("code", "expected"), [(0, 0), (1, 0), (2, 1)])
def test_rows_with_an_error_are_no_failure_of_a_job(name, code, expected):
    _, container, text = job(name)
    _, _, others = text.partition(" ")
    words = [*container["command"], f"stub() {{ return {code}; }}; stub {others}"]
    assert subprocess.run(words, check=False).returncode == expected


@pytest.mark.parametrize("end", ["SuccessCriteriaMet Complete", "FailureTarget Failed"])
def test_the_page_waits_until_a_job_has_ended_whether_it_failed_or_not(end, tmp_path):
    page = (FOLDER.parent / "clusters.md").read_text("utf-8")
    (waiting,) = re.findall(r"^until kubectl.*?^done", page, re.MULTILINE | re.DOTALL)
    told = ["", "Suspended", "FailureTarget", end, "too late"]
    (tmp_path / "told").write_text("".join(f"{line}\n" for line in told), "utf-8")
    stubs = "kubectl() { head -1 told; sed -i 1d told; }; sleep() { :; }"
    words = ["/bin/sh", "-ec", f"{stubs}\n{waiting}"]
    run = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert run.stdout == f"{end}\n"


def test_a_task_has_a_folder_for_names_and_merging_writes_them_beside_the_table():
    for name, folders in (("predict", ["/tmp"]), ("merge", [])):
        described, container, _ = job(f"kubernetes-{name}.yaml")
        volumes = described["template"]["spec"]["volumes"]
        empty = {each["name"]: each["emptyDir"] for each in volumes if "emptyDir" in each}
        mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        assert [mounts[each] for each in empty] == folders
        assert all(each["sizeLimit"] for each in empty.values())


def test_a_container_is_nobodys_and_writes_nowhere():
    assert "\nUSER 65532:65532\n" in (FOLDER / "Containerfile").read_text("utf-8")
    service = documents("compose.yaml")[0]["services"]["gantei"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    pod = documents("kubernetes.yaml")[0]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_what_compose_builds_holds_no_file_beyond_those_of_the_bundle():
    described = documents("compose.yaml")[0]
    bundle = Path(described["services"]["gantei"]["build"]["context"])
    assert bundle.name == "gantei-bundle"  # as docs/closed-network.md calls it
    tokens = Path(described["secrets"]["tokens"]["file"])
    assert bundle not in [tokens, *tokens.parents]
    first = (FOLDER / "compose.yaml").read_text("utf-8").partition("services:")[0]
    assert f"cp {bundle}/deployment/compose.yaml . && docker compose up" in first


def test_nothing_goes_out_of_the_cluster_or_the_machine():
    policy = documents("kubernetes.yaml")[2]["spec"]
    assert policy["egress"] == []
    assert "Egress" in policy["policyTypes"]
    assert unit()["IPAddressDeny"] == "any"


def test_the_probes_ask_what_the_service_answers():
    pytest.importorskip("fastapi", reason="the service's packages are not installed")
    from gantei_service.routes.probes import router

    answered = {route.path for route in router(None).routes}
    (container,) = documents("kubernetes.yaml")[0]["spec"]["template"]["spec"]["containers"]
    asked = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness")}
    assert asked == {"/livez", "/readyz"}
    assert asked <= answered
