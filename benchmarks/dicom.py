"""DICOM against the JPEG files it was made of: time and memory of a study, CPU of a photograph.

    python benchmarks/dicom.py [--photographs 5000] [--folders 300] [--width 1500]

Draws photographs, writes each as a JPEG and as DICOM with that very JPEG within, without an ending,
in as many nested folders; then runs `gantei predict` on either, turn by turn, each in a process of
its own. The shorter of two runs counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from gantei import demo

DRAWN = 8
"""Photographs that are drawn; the others are their copies, each with a comment of its own."""
UID = "1.2.826.0.1.3680043.8.498.1"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=5000)
    parser.add_argument("--folders", type=int, default=300)
    parser.add_argument("--width", type=int, default=1500)
    parser.add_argument("--estimator", default="demo-age")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pictures = drawn(chosen.width)
        write(folder, pictures, chosen.photographs, chosen.folders)
        print_cpu(pictures[0])
        seconds = {"jpeg": [], "dicom": []}
        for turn in range(2):
            for kind, each in seconds.items():
                each.append(study(folder, kind, turn, chosen.estimator))
        compare(folder, {kind: min(each) for kind, each in seconds.items()})
    return 0


def drawn(width: int) -> list[bytes]:
    """JPEGs of the same size, drawn."""
    pictures = []
    for number in range(1, DRAWN + 1):
        who = demo.person(7, number)
        image = demo.draw_photograph(7, who, who.eyes[0], scale=0.5).image
        height = image.height * width // image.width
        file = BytesIO()
        image.resize((width, height)).save(file, "JPEG", quality=90)
        pictures.append(file.getvalue())
    return pictures


def write(folder: Path, pictures: list[bytes], count: int, folders: int) -> None:
    """The same photographs as JPEG and as DICOM, in folders of folders."""
    for number in range(count):
        comment = f"{number:06}".encode()
        jpeg = pictures[number % DRAWN]
        jpeg = jpeg[:2] + b"\xff\xfe\x00\x08" + comment + jpeg[2:]
        place = number % folders
        below = Path(f"{place % 7}", f"{place % 43}", f"study{place}", "series")
        for kind, name, data in (
            ("jpeg", f"{number}.jpg", jpeg),
            ("dicom", f"IM{number}", dicom(jpeg)),
        ):
            path = folder / kind / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def dicom(jpeg: bytes) -> bytes:
    """A DICOM file around a JPEG."""
    with Image.open(BytesIO(jpeg)) as image:
        width, height = image.size
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
    made.SOPInstanceUID = f"{UID}.1"
    made.Modality, made.PatientID, made.ImageLaterality = "OP", "INVENTED", "R"
    made.SamplesPerPixel, made.PhotometricInterpretation = 3, "YBR_FULL_422"
    made.PlanarConfiguration, made.NumberOfFrames = 0, 1
    made.Rows, made.Columns = height, width
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    made.PixelData = encapsulate([jpeg])
    made["PixelData"].is_undefined_length = True
    file = BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()


def print_cpu(jpeg: bytes) -> None:
    """CPU time from bytes to full pixels, the least of 100 turns of either."""
    from gantei.photographs.photograph import open_photograph

    files = {"jpeg": jpeg, "dicom": dicom(jpeg)}
    least = dict.fromkeys(files, 1e9)
    for _ in range(100):
        for kind, data in files.items():
            began = time.process_time()
            pixels = np.asarray(open_photograph(data).picture())
            least[kind] = min(least[kind], time.process_time() - began)
    one, other = (1000 * least[kind] for kind in ("dicom", "jpeg"))
    size = f"{pixels.shape[1]} x {pixels.shape[0]}"
    print(f"{size}: CPU {one:.2f} ms as DICOM, {other:.2f} ms as JPEG: {one / other:.3f}")


def study(folder: Path, kind: str, turn: int, estimator: str) -> float:
    """Run `gantei predict` in a process of its own; print and give its seconds."""
    out = folder / f"{kind}-{turn}.csv"
    command = [
        sys.executable,
        "-m",
        "gantei",
        "predict",
        folder / kind,
        "--with",
        estimator,
        "--out",
        out,
    ]
    began = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    assert os.waitstatus_to_exitcode(status) == 0
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{kind:5} {seconds:7.1f} s, CPU {cpu:7.1f} s, at most {usage.ru_maxrss / 1000:.0f} MB")
    return seconds


def compare(folder: Path, seconds: dict[str, float]) -> None:
    """Print the ratio, and check that the values are the same."""
    values = {}
    for kind in seconds:
        lines = (folder / f"{kind}-0.csv").read_text("utf-8-sig").splitlines()[1:]
        values[kind] = sorted(value_of(line) for line in lines)
    same = values["jpeg"] == values["dicom"]
    ratio = seconds["dicom"] / seconds["jpeg"]
    print(f"ratio {ratio:.3f}; {len(values['jpeg'])} values, same: {same}")
    print(json.dumps({"cores": os.cpu_count(), **seconds}))


def value_of(line: str) -> str:
    """The first cell that is a number."""
    return next(
        cell
        for cell in line.split(",")
        if cell.replace(".", "", 1).replace("-", "", 1).isdigit() and "." in cell
    )


if __name__ == "__main__":
    sys.exit(main())
