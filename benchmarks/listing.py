"""What it takes to list a study: made-up names, a table of them, one shard, and folders.

python benchmarks/listing.py [--names 1000000 10000000] [--shards 1000] [--files N] [--work DIR]

The names stand in no order, two by two those of both eyes of a person (L and R, which tell the eye
only where both are there), and no file of a list is there; the table has a person, a diagnosis and
a date beside each. Each line is a process of its own, and
its CPU time that of the process with its start; beside them `sorted(open(list))` and `find`. The
list and, while they are listed, its names take twice the length of the list below DIR and TMPDIR,
the table five times its length.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

LISTED = """
from gantei.study.collecting import GivenPhotographs, collect
from gantei.study.shard import Shard, in_shard
listing = collect(GivenPhotographs({given}))
if {shards}:
    listing, whole = in_shard(listing, Shard(1, {shards}))
count = len(listing.photographs)
"""
SORTED = "count = len(sorted(open({name!r})))"
MEASURED = """
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(count, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--names", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--shards", type=int, default=1000)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--work", type=Path)
    chosen = parser.parse_args()
    print(f"{'':44}{'names':>12}{'CPU s':>8}{'µs/name':>9}{'peak MB':>9}")
    with tempfile.TemporaryDirectory(dir=chosen.work) as scratch:
        for count in chosen.names:
            name = str(Path(scratch, "list.txt"))
            write_list(name, count)
            given = f"list_name={name!r}, root=Path({scratch!r})"
            told(f"{count:,} lines", count, python(LISTED, given, 0))
            shard = python(LISTED, given, chosen.shards)
            told(f"{count:,} lines, shard 1/{chosen.shards}", count, shard)
            told(f"{count:,} lines, sorted(open(list))", count, python(SORTED, name, 0))
            Path(name).unlink()
            table = str(Path(scratch, "list.csv"))
            write_table(table, count)
            given = f"list_name={table!r}, root=Path({scratch!r})"
            told(f"{count:,} rows with 3 columns", count, python(LISTED, given, 0))
            Path(table).unlink()
        if chosen.files:
            folder = Path(scratch, "photographs")
            make_files(folder, chosen.files)
            of_folder = python(LISTED, f"[Path({str(folder)!r})]", 0)
            told(f"{chosen.files:,} files in folders", chosen.files, of_folder)
            told(f"{chosen.files:,} files in folders, find", chosen.files, find(folder))


def made_up(number):
    person = number // 2
    return f"clinic-{person % 50:02}/{person // 500:05}/p{person:08}_2024_{'LR'[number % 2]}.jpg"


def in_no_order(count):
    step = 7_919_999  # a prime, so that every number comes once
    return (place * step % count for place in range(count))


def write_list(name, count):
    with Path(name).open("w", encoding="utf-8") as file:
        file.writelines(f"{made_up(number)}\n" for number in in_no_order(count))


def write_table(name, count):
    with Path(name).open("w", encoding="utf-8") as file:
        file.write("photograph,person,diagnosis,visit\n")
        for number in in_no_order(count):
            day = f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}"
            file.write(f"{made_up(number)},P{number // 2:08},glaucoma suspect,{day}\n")


def make_files(folder, count):
    for number in range(count):
        path = folder / made_up(number)
        if number % 2 == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT))


def python(code, given, shards):
    """Run code in a process of its own; number of names, CPU seconds, peak in MB."""
    code = "from pathlib import Path\n" + code.format(given=given, name=given, shards=shards)
    run = subprocess.run(
        [sys.executable, "-c", code + MEASURED], check=True, capture_output=True, text=True
    )
    count, seconds, peak = map(float, run.stdout.split())
    return int(count), seconds, peak


def find(folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(["find", folder, "-type", "f"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return run.stdout.count(b"\n"), seconds, None


def told(what, of, measured):
    count, seconds, peak = measured
    shown = "" if peak is None else f"{peak:.0f}"
    print(f"{what:44}{count:>12,}{seconds:>8.1f}{seconds / of * 1e6:>9.1f}{shown:>9}", flush=True)


if __name__ == "__main__":
    main()
