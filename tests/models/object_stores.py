"""Object stores that run on loopback while tests run: moto's server for S3, and azurite."""

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import sys
import time
from email.utils import formatdate
from urllib.parse import quote

import httpx
import pytest

AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = (  # azurite's own, of its documentation
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
OF_STORES = ("AWS_", "GOOGLE_", "AZURE_", "STORAGE_EMULATOR", "CLOUDSDK_", "IDENTITY_ENDPOINT")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def without_clouds(monkeypatch, home):
    """Take all from the environment that stores and their credentials are found by."""
    for name in [*os.environ]:
        if name.startswith(OF_STORES) or name.upper() in PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    # Not this machine's own credentials, and nothing that answers quickly or slowly.
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")


def free_port():
    """A port that nothing listens on now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def started(command, port):
    """Run a server, and wait until it listens."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return process
    process.kill()
    raise AssertionError(f"{command[:3]} does not listen")


class S3:
    """A bucket of moto's, which answers Google's requests too: they are those of S3, unsigned."""

    scheme, bucket = "s3", "eyes"

    def __init__(self, url):
        self.url, self.client = url, httpx.Client()

    def put(self, key, data):
        """Store an object."""
        public = {"x-amz-acl": "public-read"}
        url = f"{self.url}/{self.bucket}/{quote(key)}"
        self.client.put(url, content=data, headers=public).raise_for_status()

    def empty(self):
        """Forget all, and make the bucket anew."""
        self.client.post(f"{self.url}/moto-api/reset").raise_for_status()
        self.client.put(f"{self.url}/{self.bucket}").raise_for_status()

    def environment(self):
        """What says where it is, and who asks."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }


class Google(S3):
    """The same, as Google's storage."""

    scheme = "gs"

    def environment(self):
        """What Google's own libraries read for an emulator."""
        return {"STORAGE_EMULATOR_HOST": self.url.removeprefix("http://")}


class Azure:
    """A container of azurite's."""

    scheme, bucket = "az", "eyes"

    def __init__(self, url):
        self.url, self.client = f"{url}/{AZURE_ACCOUNT}", httpx.Client()

    def put(self, key, data):
        """Store a blob."""
        self._send("PUT", f"/{self.bucket}/{quote(key)}", data, {"x-ms-blob-type": "BlockBlob"})

    def empty(self):
        """Make a new container."""
        Azure.bucket = f"eyes{time.time_ns()}"
        self._send("PUT", f"/{self.bucket}", b"", {}, "restype=container")

    def _send(self, method, path, data, headers, query=""):
        headers = {
            "x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06", **headers,
        }  # fmt: skip
        signed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        length = str(len(data)) if data else ""
        text = (
            f"{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{signed}/{AZURE_ACCOUNT}/{AZURE_ACCOUNT}{path}"
            + f"\n{query.replace('=', ':')}" * bool(query)
        )
        key = base64.b64decode(AZURE_KEY)
        digest = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
        headers["authorization"] = f"SharedKey {AZURE_ACCOUNT}:{digest}"
        url = f"{self.url}{path}" + f"?{query}" * bool(query)
        self.client.request(method, url, content=data, headers=headers).raise_for_status()

    def environment(self):
        """What says where it is, and who asks."""
        return {
            "AZURE_STORAGE_ENDPOINT": self.url,
            "AZURE_STORAGE_ACCOUNT_NAME": AZURE_ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": AZURE_KEY,
        }


@pytest.fixture(scope="session")
def moto():
    """The address of moto's server."""
    pytest.importorskip("moto", reason="no moto, which is in requirements/check.txt")
    port = free_port()
    process = started(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port
    )
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture(scope="session")
def azurite():
    """The address of azurite."""
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("no azurite-blob: npm ci in tests/models/azurite, and its .bin in PATH")
    port = free_port()
    options = ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    process = started([program, "--blobPort", str(port), *options], port)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()
