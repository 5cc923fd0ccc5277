"""Memory and processor time of `gantei merge` over millions of rows.

python benchmarks/merging.py [--rows 10000000] [--shards 7] [--work DIR]

A few drawn photographs are estimated in shards; then rows of invented people, two eyes each, take
the place of theirs, one in a hundred a copy of the first. What is compared with is a reading of the
same tables by csv, and a copy of their bytes: no merge of rows does less. Needs 2 kB of disk a row.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from gantei.study.shard import names_sha256, number_of
from gantei.system.files import sha256_of

ESTIMATORS = ("--with", "demo-age", "--with", "demo-sex")
COPIED = 100
"""One row in so many is a copy of the first one."""
SAID = "small: its field of view is 192 px wide; with fewer than 200, vessels are lost."
EVERY_ROW = "demo-age:notice demo-sex:notice"
MEASURES = (
    "2000,2000,disc,40,160,1960,1840,0.684,1.0,0.0,0,179.8,0.0,5.92,0.1125,0.998,0.0119,0.7,,8,"
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--shards", type=int, default=7)
    parser.add_argument("--work", type=Path, help="folder for all files; default: a temporary one")
    parser.add_argument("--read", nargs="+", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        read_and_copy(chosen.read)
        return
    with tempfile.TemporaryDirectory(dir=chosen.work) as scratch:
        tables = made_shards(Path(scratch), chosen.rows, chosen.shards)
        size = sum(path.stat().st_size for table in tables for path in files_of(table))
        print(f"{chosen.rows:,} rows in {chosen.shards} shards, {size / 1e9:.2f} GB", flush=True)
        least = measured([sys.executable, __file__, "--read", *tables])
        out = Path(scratch, "all.csv")
        merged = measured([sys.executable, "-m", "gantei", "merge", *tables, "--out", out])
        check(out, chosen.rows)
    print(f"{'':28}{'CPU s':>8}{'us a row':>10}{'peak MB':>9}")
    for what, (seconds, peak) in (("csv reading, bytes copied", least), ("gantei merge", merged)):
        per_row = 1e6 * seconds / chosen.rows
        print(f"{what:28}{seconds:>8.1f}{per_row:>10.2f}{peak / 1e6:>9.0f}")
    print(f"gantei merge: {merged[0] / least[0]:.2f} times the least")


def made_shards(folder, rows, of):
    """Write the tables of shards as `gantei predict --shard` would have, of invented people."""
    few = folder / "photographs"
    gantei("demo-photos", few, "--people", "2", "--scale", "0.2")
    (few / "labels.csv").unlink(missing_ok=True)
    tables = [folder / f"shard-{number}.csv" for number in range(1, of + 1)]
    for number, table in enumerate(tables, start=1):
        options = ("--persons", "folders", "--out", table, "--shard", f"{number}/{of}")
        gantei("predict", few, *ESTIMATORS, *options)
    counts = write_rows(tables, rows)
    names = names_sha256(map(name_of, range(rows)))
    for table, count in zip(tables, counts, strict=True):
        path = table.with_name(f"{table.name}.run.json")
        manifest = json.loads(path.read_text("utf-8"))
        manifest["table_sha256"], manifest["photographs"]["sha256"] = map(
            sha256_of, files_of(table)
        )
        manifest["summary"] |= {"photographs": count, "failed": 0}
        manifest["files_skipped"] = {}
        manifest["shard"] |= {"photographs": rows, "names_sha256": names}
        path.write_text(json.dumps(manifest), "utf-8")
        path.with_name(f"{table.name}.skipped.csv").unlink(missing_ok=True)
    return tables


def write_rows(tables, rows):
    """Write each row into the table of its shard, and its measures beside it; count them."""
    chance, counts = random.Random(18), [0] * len(tables)
    first = hashlib.sha256(b"0").hexdigest()
    with ExitStack() as opened:
        files = []
        for table in tables:
            heads = [path.open(encoding="utf-8").readline() for path in files_of(table)]
            pair = [
                opened.enter_context(path.open("w", encoding="utf-8")) for path in files_of(table)
            ]
            for file, head in zip(pair, heads, strict=True):
                file.write(head)
            files.append(pair)
        for number in range(rows):
            name, eye = name_of(number), ("right", "left")[number % 2]
            person = name.partition("/")[0]
            place = number_of(name, len(tables)) - 1
            sha256 = hashlib.sha256(str(number).encode()).hexdigest() if number % COPIED else first
            values = f"{20 + 60 * chance.random():.7g},{chance.random():.8g}"
            said = f'"{SAID}",{EVERY_ROW} few-pixels' if number % 3 == 0 else f",{EVERY_ROW}"
            files[place][0].write(
                f"{name},{sha256},{person},folder,{eye},file name,{values},{said},,\n"
            )
            files[place][1].write(f"{name},{sha256},{person},{eye},{MEASURES}\n")
            counts[place] += 1
    return counts


def name_of(number):
    return f"p{number // 2:08}/{('OD', 'OS')[number % 2]}.jpg"


def files_of(table):
    return table, table.with_name(f"{table.name}.photographs.csv")


def gantei(*words):
    """Run a command of gantei; 1 says that some photograph has an error."""
    command = [sys.executable, "-m", "gantei", *map(str, words)]
    done = subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    assert done.returncode in (0, 1), words


def measured(command):
    """Run a command; its processor time in s, and the most memory that it had, in bytes."""
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime, 1024 * used.ru_maxrss


def read_and_copy(tables):
    """Read every row by csv, and copy the bytes: less than a merge needs."""
    for path in (path for table in tables for path in files_of(table)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for _ in csv.reader(file):
                pass
        copy = path.with_name(f"{path.name}.copy")
        shutil.copyfile(path, copy)
        copy.unlink()


def check(out, rows):
    """See that nothing was lost."""
    told = json.loads(out.with_name("all.csv.run.json").read_text("utf-8"))
    assert told["summary"]["photographs"] == rows
    assert told["summary"]["findings"]["same-file"] == (rows - 1) // COPIED
    assert told["persons"]["count"] == (rows + 1) // 2
    with out.open("rb") as file:
        assert sum(1 for _ in file) == rows + 1


if __name__ == "__main__":
    main()
