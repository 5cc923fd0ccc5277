"""BentoML as processes of its own, which find no gantei but that of a Bento, and no network."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..processes import again_if_bentomls_port_is_gone, reserved_port, wait_for
from ..system_calls import terminate, traced

TOP = Path(__file__).parents[2]

# Names that Python looks up and addresses that it connects to end the process, and are told; what
# native code does is seen in tests/test_nothing_leaves.py.
NO_NETWORK = """
import os, socket, sys
def refuse(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in (None, "", "localhost", "127.0.0.1", "0.0.0.0", "::1"):
        with open(os.environ["CALLS"], "a") as file:
            file.write(f"{host} {sys.argv}\\n")
        raise OSError("no network in this test")
sys.addaudithook(refuse)

# Of a checkout, and of an installed gantei, nothing is seen but what PYTHONPATH says.
told = os.environ["PYTHONPATH"].split(os.pathsep)
sys.path[:] = [
    path for path in sys.path
    if path in told or not os.path.isdir(os.path.join(path, "gantei"))
    and not os.path.isdir(os.path.join(path, "gantei_service"))
]
"""


def environment_in(folder):
    """An environment whose Python processes write down where they would have called.

    BentoML looks for uv, and would install it; with exact versions it has nothing to run.
    """
    (folder / "site").mkdir()
    (folder / "site/sitecustomize.py").write_text(NO_NETWORK)
    (folder / "calls").touch()
    uv = folder / "bin/uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    rooms = [str(TOP / room) for room in ("models", "export", "service")]
    environment = {**os.environ, "CALLS": str(folder / "calls")}
    environment.pop("BENTOML_DO_NOT_TRACK", None)
    return environment | {
        "BENTOML_HOME": str(folder / "bentoml"),
        "PATH": f"{uv.parent}{os.pathsep}{environment['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(folder / "site"), *rooms]),
    }


def without_gantei(environment):
    """The same where neither gantei nor a checkout is on the path."""
    return environment | {"PYTHONPATH": environment["PYTHONPATH"].split(os.pathsep)[0]}


def called(environment):
    """Where its processes would have called."""
    return Path(environment["CALLS"]).read_text()


def bentoml(*arguments):
    return [sys.executable, "-m", "bentoml", *arguments]


@contextmanager
def serving(environment, target, *, said=None, calls=None):
    """`bentoml serve TARGET`: a function that gives status and text of a path, once it is ready.

    Or, in place of that, once its log has what is to be `said`. strace writes its calls in the
    folder `calls`, if there is one.
    """
    log = Path(environment["CALLS"]).with_name("log")
    with reserved_port() as port, ExitStack() as running:

        def start():
            process, get = running.enter_context(starting(environment, target, port, log, calls))
            if said:
                wait_for(lambda: said in log.read_text("utf-8"), process, log, 180)
            else:
                wait_for(lambda: get("/readyz")[0] == 200, process, log, 180)
            return get

        yield again_if_bentomls_port_is_gone(start)


@contextmanager
def starting(environment, target, port, log, calls):
    """The process, and a function that gives status and text of a path; 0 for no answer."""
    url = f"http://127.0.0.1:{port}"

    def get(path, **more):
        request = urllib.request.Request(f"{url}{path}", **more)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            error.close()
            return error.code, ""
        except OSError:
            return 0, ""

    get.url = url
    command = bentoml("serve", target, "--host", "127.0.0.1", "--port", str(port))
    with log.open("wb") as file:
        process = subprocess.Popen(
            traced(calls, *command) if calls else command,
            env=environment, stdout=file, stderr=file, cwd=log.parent,
        )  # fmt: skip
    try:
        yield process, get
    finally:
        if process.poll() is None:
            terminate(process) if calls else process.terminate()
        process.wait(30)


def served(get):
    """Names of the estimators that answer."""
    return [each["name"] for each in json.loads(get("/v1/estimators")[1])["estimators"]]


def run(environment, *arguments, cwd=TOP):
    """What a Python module of a name prints."""
    done = ended(environment, *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ended(environment, *arguments, cwd=TOP):
    """The same, however it ended."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, env=environment, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip
