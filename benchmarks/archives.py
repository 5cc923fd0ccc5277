"""What photographs in archives and tables cost beside the same photographs in a folder.

python benchmarks/archives.py [--photographs 1000] [--entries 1000000] [--cache DIR]

Draws 20 photographs, and packs them under as many names, each with a comment of its own: a folder,
a ZIP archive that stores and one that deflates, a tar archive, a Parquet file by pyarrow in row
groups of 100, with its rows in the order of their names and in none. Says the CPU time per
photograph of reading alone, and of `gantei predict` with demo-age, start included; the table must
be that of the folder, byte for byte. Then what it takes to list archives of many empty entries,
beside `zipfile` and `tarfile`.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

DRAWN, ROWS_IN_GROUP = 20, 100
SOURCES = (
    "folder", "stored.zip", "deflated.zip", "photographs.tar", "ordered.parquet",
    "shuffled.parquet",
)  # fmt: skip
LONG_AGO = 1_700_000_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--cache", type=Path, help="folder in which they are packed")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--source", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        STEPS[chosen.step](Path(chosen.source), chosen.photographs)
        return
    with tempfile.TemporaryDirectory(dir=chosen.cache) as scratch:
        measure(Path(scratch), chosen.photographs)
        measure_listing(Path(scratch), chosen.entries)


def measure(scratch, photographs):
    step("pack", scratch, photographs)
    size = sum(each.stat().st_size for each in (scratch / "folder").iterdir()) / photographs
    print(f"{photographs} photographs of {size / 1e3:.0f} kB on average; CPU time per photograph")
    print(f"{'':<18} {'reading':>10} {'predict':>10}")
    tables = {}
    for name in SOURCES:
        source = scratch / name
        reading = json.loads(step("read", source, photographs)) / photographs
        table = scratch / f"{name}.csv"
        options = ("--with", "demo-age", "--out", str(table))
        command = [sys.executable, "-m", "gantei", "predict", str(source), *options]
        spent = cpu_of(command) / photographs
        tables[name] = table.read_bytes()
        print(f"{name:<18} {1e3 * reading:>7.3f} ms {1e3 * spent:>7.1f} ms", flush=True)
        if tables[name] != tables["folder"]:
            sys.exit(f"{name}: another table than that of the folder")


def measure_listing(scratch, entries):
    print(f"{entries} empty entries: CPU time of listing, memory per entry")
    for suffix in ("zip", "tar"):
        source = scratch / f"entries.{suffix}"
        step(f"write-{suffix}", source, entries)
        for name in ("gantei", "original"):
            seconds, memory = json.loads(step(f"list-{name}", source, entries))
            called = name if name == "gantei" else f"{suffix}file"
            took = f"{seconds:>6.1f} s {memory / entries:>6.0f} bytes"
            print(f"  {source.name:<12} {called:<8} {took}", flush=True)


def step(name, source, count):
    """A process of its own, so that it has the memory of no other."""
    command = [sys.executable, __file__, "--step", name, "--source", str(source)]
    told = subprocess.run(
        [*command, "--photographs", str(count)], check=True, capture_output=True, text=True
    )
    return told.stdout


def cpu_of(command):
    """Seconds of the processor, of user and system, that a command takes with its helpers."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pack(scratch, photographs):
    """The same bytes under the same names everywhere."""
    import pyarrow

    contents = dict(drawn(photographs))
    (scratch / "folder").mkdir()
    for name, content in contents.items():
        (scratch / "folder" / name).write_bytes(content)
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(scratch / f"{name}.zip", "w", method) as archive:
            for each, content in contents.items():
                archive.writestr(each, content)
    with tarfile.open(scratch / "photographs.tar", "w") as archive:
        archive.add(scratch / "folder", ".")
    names = [*contents]
    write_parquet(pyarrow, scratch / "ordered.parquet", names, contents)
    random.Random(1).shuffle(names)
    write_parquet(pyarrow, scratch / "shuffled.parquet", names, contents)
    for path in (*scratch.iterdir(), *(scratch / "folder").iterdir()):
        os.utime(path, (LONG_AGO, LONG_AGO))


def drawn(photographs):
    from gantei.demo import draw_photograph, person

    encoded = []
    for number in range(DRAWN):
        who, packed = person(11, number), BytesIO()
        draw_photograph(11, who, who.eyes[0]).image.save(packed, "JPEG", quality=90)
        encoded.append(packed.getvalue())
    for number in range(photographs):
        side = ("left", "right")[number % 2]
        comment = b"\xff\xfe\x00\x0a%08d" % number  # so that no two are the same to Parquet
        content = encoded[number % DRAWN]
        yield f"person-{number // 2:06}-{side}.jpg", content[:2] + comment + content[2:]


def write_parquet(pyarrow, path, names, contents):
    from pyarrow import parquet

    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    with parquet.ParquetWriter(path, pyarrow.schema([("image", kind)])) as writer:
        for start in range(0, len(names), ROWS_IN_GROUP):
            rows = [
                {"bytes": contents[name], "path": name}
                for name in names[start : start + ROWS_IN_GROUP]
            ]
            writer.write_table(pyarrow.table({"image": pyarrow.array(rows, kind)}))


def read(source, photographs):
    """Seconds of the processor for reading all, in the order of their names, once listed."""
    from gantei.photographs.listing import list_photographs
    from gantei.photographs.photograph_source import LARGEST_FILE, read_encoded

    if source.is_dir():
        paths = [each.source for each in list_photographs([source]).photographs]
        before = cpu()
        for path in paths:
            read_encoded(path)
    else:
        place = opened(source)
        names = sorted(file.name for file in place.files())
        place.version(names[0])
        before = cpu()
        for name in names:
            place.read(name, LARGEST_FILE)
    print(cpu() - before)


def opened(path):
    from gantei.storage.address import parse_address
    from gantei.storage.place_of_address import place_of

    return place_of(parse_address(f"{path.suffix[1:]}://{path}"))


def write_zip(path, entries):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(entries):
            archive.writestr(zipfile.ZipInfo(entry(number)), b"")


def write_tar(path, entries):
    with path.open("wb") as file:
        for number in range(entries):
            file.write(tarfile.TarInfo(entry(number)).tobuf(tarfile.USTAR_FORMAT))
        file.write(bytes(1024))


def entry(number):
    return f"site-{number % 97:03}/person-{number:08}-left.jpg"


def list_by_gantei(path, entries):
    """List all, and look one up, for which all are indexed."""
    place = opened(path)

    def listed():
        for file in place.files():
            last = file.name
        place.version(last)

    tell(listed)


def list_by_original(path, entries):
    def listed():
        kept.append(
            zipfile.ZipFile(path) if path.suffix == ".zip" else tarfile.open(path).getmembers()  # noqa: SIM115 - it ends with the process
        )

    kept = []
    tell(listed)


def tell(work):
    """Say its seconds of the processor, and the bytes that it needs at most beyond those before."""
    before, held = cpu(), peak()
    work()
    print(json.dumps([cpu() - before, peak() - held]))


def cpu():
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def peak():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


STEPS = {
    "pack": pack, "read": read, "write-zip": write_zip, "write-tar": write_tar,
    "list-gantei": list_by_gantei, "list-original": list_by_original,
}  # fmt: skip


if __name__ == "__main__":
    main()
