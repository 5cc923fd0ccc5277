"""Orthanc, an archive of hospitals, as a process of its own that only this machine reaches."""

import json
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

WEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


class Archive:
    """A running Orthanc; `port` is DICOM's, `web` asks its REST interface and DICOMweb."""

    def __init__(self, port: int, web: httpx.Client) -> None:
        self.port, self.web = port, web

    def send(self, paths, option: str = "") -> None:
        """Store files, as `storescu` sends them; `option` proposes a transfer syntax."""
        run("storescu", "-aec", "ORTHANC", *filter(None, [option]), "127.0.0.1", self.port, *paths)

    def fetch(self, study: str, folder: Path, option: str = "") -> list[Path]:
        """Get a study's files back, as `getscu` does; `option` prefers a transfer syntax."""
        folder.mkdir()
        keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={study}")
        given = filter(None, ["-S", "-aec", "ORTHANC", option, "-od", folder])
        run("getscu", *given, "127.0.0.1", self.port, *keys)
        return sorted(folder.iterdir())


def run(*words) -> subprocess.CompletedProcess:
    """Run a program; what it says is in the error if it fails."""
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done


@contextmanager
def running(folder: Path):
    """Start an Orthanc that keeps what it gets in a folder, until the end of the block."""
    dicom, http = free_port(), free_port()
    (folder / "orthanc.json").write_text(
        json.dumps(
            {
                "Name": "test",
                "StorageDirectory": str(folder / "storage"),
                "IndexDirectory": str(folder / "storage"),
                "DicomAet": "ORTHANC",
                "DicomPort": dicom,
                "HttpPort": http,
                "RemoteAccessAllowed": False,
                "AuthenticationEnabled": False,
                "DicomAlwaysAllowGet": True,
                "DicomAlwaysAllowStore": True,
                "Plugins": [str(WEB)] if WEB.exists() else [],
            }
        )
    )
    with (folder / "orthanc.log").open("wb") as log:
        program = shutil.which("Orthanc") or "Orthanc"
        process = subprocess.Popen(
            [program, str(folder / "orthanc.json")], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{http}", trust_env=False) as web:
                wait_for(web, process, folder / "orthanc.log")
                yield Archive(dicom, web)
        finally:
            process.terminate()
            process.wait(20)


def wait_for(web, process, log: Path) -> None:
    """Wait until it answers; say what its log says if it ends."""
    until = time.monotonic() + 60
    while True:
        with suppress(httpx.HTTPError):
            if web.get("/system").is_success:
                return
        assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        assert time.monotonic() < until, log.read_text("utf-8", "replace")[-2000:]
        time.sleep(0.1)


def free_port() -> int:
    """A port of loopback that was free."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
