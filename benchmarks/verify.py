"""What verifying an estimator of 256 MB takes, beside sha256 of its weights alone.

python benchmarks/verify.py [--runs 9] [--megabytes 256]

Each run takes every way once, one after the other; a ratio is the median of the runs' own ratios,
of wall time and, since other work on the machine disturbs that, of processor time.
In this process: sha256 of the weights (hashlib), gantei's verification of the signed folder,
model-signing's of the same folder. As whole processes, start-up included: sha256 in Python, the
system's sha256sum, and `gantei verify`.
Needs cryptography, and model-signing for the peer.
"""

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gantei.catalogue.entries import SHIPPED
from gantei.estimator.verification import verify
from gantei.manifests.file import FILE_NAME, read_manifest
from gantei.signing.contents import SIGNATURE_FILE
from gantei.signing.keys import pem_of
from gantei.signing.signing import sign_folder

PROCESSES = ("python: sha256 alone", "sha256sum", "gantei verify")
HASH = "import hashlib, sys; hashlib.file_digest(open(sys.argv[1], 'rb'), 'sha256')"


def made(folder, megabytes):
    """A signed estimator's folder with weights of that size, and the public key."""
    shutil.copytree(SHIPPED / "demo-age", folder)
    path = folder / FILE_NAME
    weights = read_manifest(path).weights
    content = os.urandom(1 << 20) * megabytes
    (folder / weights.file).write_bytes(content)
    text = path.read_text("utf-8").replace(weights.sha256, hashlib.sha256(content).hexdigest())
    path.write_text(text.replace(f"bytes = {weights.bytes}", f"bytes = {len(content)}"), "utf-8")
    key = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    private, public = folder.parent / "key.pem", folder.parent / "public.pem"
    private.write_bytes(key.private_bytes(*form, serialization.NoEncryption()))
    public.write_text(pem_of(key.public_key()), newline="\n")
    sign_folder(folder, private)
    return folder / weights.file, public


def ways(folder, weights, public):
    """Each way to look at the folder: in this process, and as one of its own."""
    verifying = __import__("model_signing.verifying").verifying
    peer = verifying.Config().use_elliptic_key_verifier(public_key=public)
    gantei = [sys.executable, "-m", "gantei", "verify", str(folder), "--public-key", str(public)]

    def sha256():
        with weights.open("rb") as file:
            hashlib.file_digest(file, "sha256")

    def verified():
        (report,) = verify([str(folder)], public)
        assert report.signature == "valid" and not report.problems

    def process(command):
        return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    return {
        "sha256 alone": sha256,
        "gantei": verified,
        "model-signing": lambda: peer.verify(folder, folder / SIGNATURE_FILE),
        "python: sha256 alone": process([sys.executable, "-c", HASH, str(weights)]),
        "sha256sum": process(["sha256sum", str(weights)]),
        "gantei verify": process(gantei),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--megabytes", type=int, default=256)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "demo-age")
        weights, public = made(folder, chosen.megabytes)
        every = ways(folder, weights, public)
        runs = [
            {name: measured(way) for name, way in every.items()} for _ in range(chosen.runs + 1)
        ]
    print(f"{'':24}{'wall':>8}{'processor':>20}")
    for name in every:
        alone = "python: sha256 alone" if name in PROCESSES else "sha256 alone"
        line = f"{name:24}"
        for clock in (0, 1):
            pairs = [(run[name][clock], run[alone][clock]) for run in runs[1:]]  # caches are full
            ratio = statistics.median(one / other for one, other in pairs)
            line += f"{1000 * statistics.median(one for one, _ in pairs):8.0f} ms {ratio:5.2f}    "
        print(line.rstrip())


def measured(way):
    """Seconds of wall time and of processor time, that of ended processes included."""
    wall, before = time.perf_counter(), os.times()
    way()
    after = os.times()
    return time.perf_counter() - wall, sum(after[:4]) - sum(before[:4])


if __name__ == "__main__":
    main()
