"""Nothing leaves the machine: fifteen programs, 15 s each, and what the kernel saw of them.

Python's own audit events know nothing of what native code does, and ONNX Runtime's first try to
report to its maker may come late: so strace watches, and every program lives on. All run at
the same time, once for a whole run of the tests.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from gantei.bundle.building import BundleOptions, make_bundle
from gantei.catalogue.entries import SHIPPED
from gantei.demo import draw_people
from gantei.inference.onnx_runtime import FIRST_TO_REPORT

from .bundled import HERE, lending_registry
from .conftest import made_picture
from .processes import (
    again_if_bentomls_port_is_gone,
    listening,
    no_other_bentoml,
    reserved_port,
    run_root,
    wait_for,
    without_network,
)
from .system_calls import Calls, need_strace, terminate, traced

LIFE = 15
"""Seconds that each program lives on."""
TOP = Path(__file__).parents[1]
KERAS_FILE = TOP / "tests/export/data/tf215-sequential.h5"
PHOTOGRAPH = SHIPPED / "demo-age/golden-1.jpg"

COMMAND = f"""
import sys, time
from gantei.command_line import main
code = main(sys.argv[1:])
time.sleep({LIFE})
sys.exit(code)
"""
STUDY = f"""
import sys, time
from gantei.command_line import main
for name, *options in (
    ["records", "--error-rate", "0.01"], ["impute", "--with", "length,age"],
    ["describe", "--outcome", "group"], ["gap", "--group", "group", "--reference-group", "a"],
):
    assert main([name, *sys.argv[1:], *options, "--out", name]) in (0, 1), name
time.sleep({LIFE})
"""
SCRIPT = f"""
import sys, time
import gantei
print(gantei.load("demo-age").predict([sys.argv[1]])[0].values["age"])
time.sleep({LIFE})
"""
FEDERATE = f"""
import json, sys, time
from gantei.command_line import main
folder, keys = sys.argv[1], json.loads(sys.argv[2])
trust = ["--trust", *(public for _, public in keys.values())]
def run(action, name, *words):
    return main(["federate", action, *words, "--key", keys[name][0]])
target = ["--with", "demo-age", "--target", "cataract", "--unit", "mmHg", "--project", "8"]
assert run("start", "coordinator", *target, "--out", "round-0") == 0
for number in (0, 1):
    for name in "abc":
        labels = ["--labels", f"{{folder}}/{{name}}/labels.csv"]
        words = [f"round-{{number}}", f"{{folder}}/{{name}}/photographs", *labels, *trust]
        assert run("site", name, *words, "--out", f"{{name}}-{{number}}") == 0
    answers = [f"{{name}}-{{number}}" for name in "abc"]
    sites = ["--trust", *(keys[name][1] for name in "abc")]
    assert run("combine", "coordinator", *answers, *sites, "--out", f"round-{{number + 1}}") == 1
time.sleep({LIFE})
"""
# ONNX Runtime is silent where one of these is set: a test that left them in would prove nothing.
SILENCING = re.compile(
    "ORT_.*|CI|TF_BUILD|GITHUB_ACTIONS|GITLAB_CI|CIRCLECI|TRAVIS|JENKINS_URL|CODEBUILD_BUILD_ID|"
    "BUILDKITE|TEAMCITY_VERSION|APPVEYOR|BITBUCKET_BUILD_NUMBER|SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"
)
OF_A_USER = re.compile("XDG_.*|GANTEI_.*|BENTOML_.*|HF_.*|PYTEST_.*|COV_.*")


class Program:
    """A program with a home, a store, a folder for temporary files and one for results."""

    def __init__(self, root, name):
        self.name = name
        self.folder = root / name
        for each in ("home", "temporary", "results"):
            (self.folder / each).mkdir(parents=True)
        self.log = self.folder / "log"
        kept = {
            key: value
            for key, value in os.environ.items()
            if not (SILENCING.fullmatch(key) or OF_A_USER.fullmatch(key))
        }
        self.environment = kept | {
            "HOME": str(self.folder / "home"),
            "GANTEI_HOME": str(self.folder / "home/gantei"),
            "TMPDIR": str(self.folder / "temporary"),
            "PYTHONDONTWRITEBYTECODE": "1",
            # What may stand there for other programs: a collector, at an address that nobody has.
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://192.0.2.1:4318",
            "OTEL_TRACES_EXPORTER": "otlp",
            "OTEL_PROPAGATORS": "tracecontext,baggage",
            "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        }

    def start(self, *command):
        """Run a command under strace, in the folder of results."""
        with self.log.open("wb") as file:
            return subprocess.Popen(
                traced(self.folder / "calls", *command),
                env=self.environment, cwd=self.folder / "results", stdout=file, stderr=file,
            )  # fmt: skip

    def runs(self, *command):
        """Run it to its end."""
        process = self.start(*command)
        assert process.wait(300) == 0, self.log.read_text("utf-8")
        return self.seen()

    def serves(self, *command, port=None):
        """Let it serve and answer, and end it after its life."""
        process = self.start(*command)
        try:
            port = port or wait_for(lambda: listening(self.log), process, self.log, 120)
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: _ready(url), process, self.log, 120)
            body = PHOTOGRAPH.read_bytes()
            request = urllib.request.Request(
                f"{url}/v1/predict", body, {"Content-Type": "image/jpeg"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert "demo-age" in json.load(answer)["photographs"][0]["estimates"]
            time.sleep(LIFE)
        finally:
            if process.poll() is None:
                terminate(process)
                process.wait(60)
        return self.seen()

    def seen(self):
        """What it did; its own files by their path within its folder."""
        calls = Calls(self.folder / "calls", self.folder / "results")
        temporary = self.folder / "temporary"
        return {
            "network": calls.network,
            "written": [path.removeprefix(f"{self.folder}/") for path in calls.written],
            "left": sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*")),
        }


def _ready(url):
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def predict(program):
    return program.runs(
        *(sys.executable, "-c", COMMAND, "predict", PHOTOGRAPH),
        *("--with", "demo-age", "--out", "results.csv"),
    )


def dicom(program):
    """Decoded in a helper process, whose calls are seen too."""
    from pydicom.uid import JPEG2000Lossless

    from .models.dicoms import compressed, written

    photograph = program.folder / "IM000001"
    with Image.open(PHOTOGRAPH) as image:
        photograph.write_bytes(written(compressed(np.array(image), JPEG2000Lossless)))
    return program.runs(
        *(sys.executable, "-c", COMMAND, "predict", photograph, "--with", "demo-age"),
        *("--dicom-columns", "PatientID", "--out", "results.csv"),
    )


def script(program):
    return program.runs(sys.executable, "-c", SCRIPT, PHOTOGRAPH)


def import_(program):
    task = ("--task", "categorical")
    return program.runs(sys.executable, "-c", COMMAND, "import", "my-age", KERAS_FILE, *task)


def optimise(program):
    photographs = program.folder / "photographs"
    photographs.mkdir()
    for number in range(90):
        Image.fromarray(made_picture(number)).save(photographs / f"{number}.png")
    return program.runs(
        *(sys.executable, "-c", COMMAND, "optimise", "demo-age", "--precision", "int8"),
        *("--photographs", photographs, "--limit", "age=1000"),
    )


def drawn(program, people=12):
    """So many people and their labels; of fewer than twelve nothing is settled."""
    return draw_people(program.folder / "photographs", people, 5, scale=0.1)


def evaluate(program):
    """Photographs too, so that it estimates them first; its figures are matplotlib's."""
    labels = drawn(program)
    return program.runs(
        *(sys.executable, "-c", COMMAND, "evaluate", labels.parent, "--with", "demo-sex"),
        *("--labels", labels, "--out", "report"),
    )


def calibrate(program):
    """Photographs too, with their embeddings; of fewer people nothing is calibrated."""
    labels = drawn(program, 50)
    return program.runs(
        *(sys.executable, "-c", COMMAND, "calibrate", "demo-age", labels.parent),
        *("--labels", labels, "--site", "clinic"),
    )


def ray(program):
    """A Ray that is started here, with one actor."""
    labels = drawn(program)
    return program.runs(
        *(sys.executable, "-c", COMMAND, "predict", labels.parent, "--with", "demo-age"),
        *("--on", "ray", "--workers", "1", "--out", "results.csv"),
    )


def study(program):
    """What comes after the number, on a table of results."""
    from .models import recorded

    results, labels = recorded.study(program.folder, 400)
    rows = [line.split(",") for line in labels.read_text("utf-8").splitlines()]
    rows[0] += ["group", "length"]
    for row in rows[1:]:
        person = int(row[1].removeprefix("P"))
        row[3] = "" if person % 7 == 0 else row[3]
        row += ["ab"[person % 2], str(20 + person * 37 % 50)]
    labels.write_text("\n".join(map(",".join, rows)), "utf-8")
    return program.runs(sys.executable, "-c", STUDY, results, "--labels", labels)


def settle(program):
    """Of a network of which nothing is known; so few people say that it is too early."""
    labels = drawn(program)
    network = SHIPPED / "demo-sex/model.onnx"
    install = [sys.executable, "-m", "gantei", "import", "my-sex", network, "--task", "sex"]
    subprocess.run([*install, "--output", "sex"], check=True, env=program.environment)
    return program.runs(
        *(sys.executable, "-c", f"{COMMAND}".replace("sys.exit(code)", "sys.exit(code != 1)")),
        *("settle", "my-sex", labels.parent, "--labels", labels, "--out", "settled"),
    )


def adapt(program):
    """A new head, judged, with its report; two splits, of people who are enough for them."""
    labels = drawn(program, 20)
    return program.runs(
        *(sys.executable, "-c", COMMAND, "adapt", "demo-sex", labels.parent, "--labels", labels),
        *("--target", "age", "--name", "my-age", "--trials", "2", "--out", "adapted"),
    )


def federate(program):
    """A coordinator and three sites on one machine, to the answers of the first sums."""
    from .export.federations import draw_site
    from .signed import Publisher

    for number, name in enumerate("abc"):
        draw_site(program.folder / name, number, people=30, kind="number")
    keys = {name: Publisher(program.folder / "keys" / name) for name in ("coordinator", *"abc")}
    told = {name: [str(key.key), str(key.public)] for name, key in keys.items()}
    return program.runs(sys.executable, "-c", FEDERATE, str(program.folder), json.dumps(told))


def serve(program):
    with_ = ("--with", "demo-age")
    ports = ("--port", "0", "--grpc-port", "0")
    return program.serves(sys.executable, "-m", "gantei", "serve", *ports, *with_)


def bundle(program):
    registry, made = program.folder / "registry", program.folder / "bundle"
    registry.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        options = BundleOptions(
            ("demo-age",), (HERE,), requirements=lending_registry(registry, patch)
        )
        make_bundle(options, made)
    site = program.folder / "site"
    install = [sys.executable, made / "install.py", "--into", site]
    subprocess.run(install, check=True, capture_output=True, env=program.environment)
    del program.environment["GANTEI_HOME"]  # the launcher says where it is
    return program.serves(site / "current/gantei", "serve", "--port", "0")


def bento(program):
    program.environment["BENTOML_HOME"] = str(program.folder / "home/bentoml")
    uv = program.folder / "bin/uv"  # BentoML looks for it; with exact versions it has no work
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    build = [sys.executable, "-m", "gantei", "bento", "--with", "demo-age"]
    path = f"{uv.parent}{os.pathsep}{program.environment['PATH']}"
    done = subprocess.run(
        build, check=True, capture_output=True, text=True, env=program.environment | {"PATH": path}
    )
    with reserved_port() as port:
        address = ("--host", "127.0.0.1", "--port", port)
        command = (sys.executable, "-m", "bentoml", "serve", done.stdout.strip(), *address)
        return again_if_bentomls_port_is_gone(lambda: program.serves(*command, port=port))


def left_alone(program):
    """ONNX Runtime as nobody has silenced it, where nothing can leave: in an empty network."""
    alone = f"import time, onnxruntime; time.sleep({LIFE})"
    return program.runs(*without_network(), sys.executable, "-c", alone)


PROGRAMS = {
    "predict": predict, "dicom": dicom, "script": script, "import": import_, "optimise": optimise,
    "ray": ray, "evaluate": evaluate, "settle": settle, "calibrate": calibrate, "study": study,
    "adapt": adapt, "federate": federate, "serve": serve, "bundle": bundle, "bento": bento,
}  # fmt: skip
NEED = {
    "dicom": ("pydicom", "gdcm", "openjpeg"), "import": ("h5py", "onnx"),
    "ray": ("ray",), "optimise": ("onnx", "tomli_w"), "evaluate": ("sklearn", "matplotlib"),
    "calibrate": ("sklearn", "matplotlib"), "study": ("scipy", "matplotlib"),
    "settle": ("onnx", "tomli_w", "scipy", "matplotlib"),
    "adapt": ("onnx", "tomli_w", "scipy", "matplotlib"),
    "federate": ("onnx", "tomli_w", "scipy", "cryptography"), "serve": ("uvicorn", "fastapi", "h2"),
    "bundle": ("uvicorn", "fastapi"), "bento": ("bentoml",),
}  # fmt: skip


def lacking(name):
    return [each for each in NEED.get(name, ()) if not find_spec(each)]


@pytest.fixture(scope="session")
def seen(tmp_path_factory):
    """What each program did; whichever worker of a run comes first sees to it for all."""
    need_strace()
    root = run_root(tmp_path_factory)
    told = root / "nothing-leaves.json"
    with FileLock(root / "nothing-leaves.lock"):
        if not told.exists():
            home = tmp_path_factory.mktemp("nothing-leaves")
            possible = {name: run for name, run in PROGRAMS.items() if not lacking(name)}
            if without_network():
                possible["left-alone"] = left_alone
            # Ray gives its processes 15 s to begin, which beside the others may not suffice.
            alone = possible.pop("ray", None)
            with no_other_bentoml(tmp_path_factory), ThreadPoolExecutor(len(possible)) as pool:
                waited = {
                    name: pool.submit(run, Program(home, name)) for name, run in possible.items()
                }
            done = {name: each.result() for name, each in waited.items()}
            if alone is not None:
                done["ray"] = alone(Program(home, "ray"))
            told.write_text(json.dumps(done), "utf-8")
    return json.loads(told.read_text("utf-8"))


# A connection of the event loop with itself, to be woken by signals.
LISTENING = {
    "socket AF_INET SOCK_STREAM", "bind AF_INET 127.0.0.1:*", "listen", "accept",
    "socketpair AF_UNIX SOCK_STREAM",
}  # fmt: skip
SOCKETS = {
    "serve": LISTENING,
    "bundle": LISTENING,
    # BentoML's supervisor has sockets of its own on loopback, and looks up `localhost`: first with
    # the name service's daemon, where there is one, and which addresses this machine has.
    "bento": LISTENING | {
        "connect AF_INET 127.0.0.1:*", "socket AF_UNIX SOCK_STREAM",
        'connect AF_UNIX "/var/run/nscd/socket"', "socket AF_NETLINK SOCK_RAW",
        "bind AF_NETLINK", "sendto AF_NETLINK",
    },
    # The processes of Ray talk to each other on loopback, and by sockets in their folder.
    "ray": LISTENING | {
        "connect AF_INET 127.0.0.1:*", "socket AF_INET SOCK_DGRAM", "socket AF_INET6 SOCK_STREAM",
        "bind AF_INET6 ::1:0", "bind AF_INET6 ::ffff:127.0.0.1:*",
        "connect AF_INET6 ::ffff:127.0.0.1:*", "socket AF_UNIX SOCK_STREAM",
        *(f'{call} AF_UNIX "{end}"' for call in ("bind", "connect")
          for end in ("plasma_store", "raylet")),
        'connect AF_UNIX "/var/run/nscd/socket"', "socket AF_NETLINK SOCK_RAW",
        "bind AF_NETLINK", "sendto AF_NETLINK",
    },
}  # fmt: skip
# Devices, and the semaphores of Python's multiprocessing, which tqdm asks for.
ANYWHERE = ("/dev/null", "/dev/shm/sem.*")
TABLE = [
    f"results/{name}" for name in (
        "results.csv", "results.csv.dictionary.csv", "results.csv.run.json",
        "results.csv.photographs.csv", "results.csv.photographs.partial",
        "results.csv.lock", "results.csv.partial", ".results.csv.*",
    )
]  # fmt: skip
FILES = {
    "predict": TABLE,
    "dicom": [*TABLE, "results/results.csv.dicom-key", "results/results.csv.persons.csv"],
    "import": ["home/gantei", "home/gantei/estimators", "home/gantei/estimators/*"],
    "optimise": ["home/gantei", "home/gantei/estimators", "home/gantei/estimators/*"],
    "evaluate": ["results/.report.*", "results/.report.unfinished/*", "results/report"],
    "settle": ["results/settled", "results/settled/*"],
    "adapt": [
        "home/gantei", "home/gantei/people.key", "home/gantei/.people.key.*",
        "home/gantei/estimators", "home/gantei/estimators/*",
        "results/.adapted.*", "results/.adapted.unfinished/*", "results/adapted",
    ],
    "federate": [
        "home/gantei", "home/gantei/federations", "home/gantei/federations/*",
        *(f"results/{part}" for part in ("round-?*", ".round-?*", "[abc]-?*", ".[abc]-?*")),
    ],
    "calibrate": ["home/gantei", "home/gantei/calibrations", "home/gantei/calibrations/*"],
    # In /tmp where the path of the folder for temporary files is too long for sockets.
    "ray": [
        *TABLE, "results/results.csv.skipped.csv", "/tmp/gantei-*", "/dev/shm/plasma*",
        "/proc/*/oom_score_adj",
    ],
    "study": [
        path for name in ("records", "impute", "describe", "gap")
        for path in (f"results/.{name}.*", f"results/.{name}.unfinished/*", f"results/{name}")
    ],
    "bento": ["home/bentoml/prometheus_multiproc_dir", "home/bentoml/prometheus_multiproc_dir/*"],
}  # fmt: skip


@pytest.fixture(params=PROGRAMS)
def program(request, seen):
    """A program's name, and what it did."""
    if missing := lacking(request.param):
        pytest.skip(f"not installed: {', '.join(missing)}")
    return request.param, seen[request.param]


def test_no_socket_but_those_that_were_asked_for(program):
    name, did = program
    calls = {re.sub(r"(?<=127\.0\.0\.1:)\d+", "*", call) for call in did["network"]}
    calls = {re.sub(r'"[^"]*/gantei-[^"]*/sockets/(\w+)"', r'"\1"', call) for call in calls}
    assert calls <= SOCKETS.get(name, set())
    assert ("listen" in calls) == (name in SOCKETS)


def test_no_file_but_the_results_and_what_the_store_holds(program):
    name, did = program
    allowed = [*ANYWHERE, *FILES.get(name, ()), "temporary/*"]
    extra = [path for path in did["written"] if not any(fnmatch(path, one) for one in allowed)]
    assert extra == []
    assert did["left"] == []  # in the folder of temporary files


def test_the_programs_did_what_they_are_for(program):
    name, did = program
    installed = {"import": "home/gantei/estimators/my-age", "predict": "results/results.csv"}
    installed["ray"] = "results/results.csv"
    installed["calibrate"] = "home/gantei/calibrations/demo-age/clinic"
    installed["study"] = "results/gap"
    installed["dicom"] = "results/results.csv.dicom-key"
    installed["evaluate"], installed["settle"] = "results/report", "results/settled/settled.html"
    installed["adapt"] = "home/gantei/estimators/my-age"
    installed["federate"] = "results/round-2"
    installed["optimise"] = "home/gantei/estimators/demo-age-int8"
    if name in installed:
        assert installed[name] in did["written"]


def test_what_watches_sees_an_onnx_runtime_that_nobody_silenced(seen):
    if "left-alone" not in seen:
        pytest.skip("no empty network may be made here")
    if tuple(map(int, version("onnxruntime").split(".")[:2])) < FIRST_TO_REPORT:
        pytest.skip("this ONNX Runtime reports nothing yet")
    did = seen["left-alone"]
    assert [call for call in did["network"] if call.startswith("socket AF_INET")]
    assert [path for path in did["written"] if path.startswith("home/.cache/Microsoft")]
    assert did["left"] == [".ses"]
