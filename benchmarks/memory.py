"""Whether the memory of `gantei predict` stays flat over many photographs.

python benchmarks/memory.py [--photographs 10000] [--cache DIR]

Draws 100 photographs of 2000 x 2000 px, links each under many names, and samples the resident
memory of `gantei predict` while its journal grows. Needs psutil.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import psutil
from predict import ESTIMATORS, photographs

DRAWN = 100
PERIOD = 0.2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=10_000)
    parser.add_argument("--cache", type=Path, help="where the drawn photographs are kept")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.cache and chosen.cache.parent) as scratch:
        drawn = photographs(chosen.cache or Path(scratch, "drawn"), DRAWN)
        folder = Path(scratch, "many")
        folder.mkdir()
        for number, path in enumerate(islice(cycle(drawn), chosen.photographs)):
            (folder / f"{number:06}.jpg").hardlink_to(path)
        out = Path(scratch, "results.csv")
        command = [sys.executable, "-m", "gantei", "predict", str(folder), "--out", str(out)]
        for name in ESTIMATORS:
            command += ["--with", name]
        samples = sampled(command, out.with_name("results.csv.partial"))
    total = chosen.photographs
    print(f"{'photographs done':>18}{'resident MB':>14}")
    for part in range(1, 11):
        done, resident = min(samples, key=lambda sample: abs(sample[0] - part * total / 10))
        print(f"{done:>18}{resident / 1e6:>14.0f}")
    early = max(resident for done, resident in samples if done <= total / 10)
    print(f"largest in the first tenth {early / 1e6:.0f} MB, ", end="")
    print(f"largest of all {max(resident for _, resident in samples) / 1e6:.0f} MB")


def sampled(command, journal):
    """Run the command; (rows in its journal, resident bytes) now and then."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    watched, samples, rows = psutil.Process(process.pid), [], 0
    with journal_lines(journal, process) as lines:
        while process.poll() is None:
            rows += sum(1 for _ in lines)
            try:
                samples.append((max(rows - 1, 0), watched.memory_info().rss))
            except psutil.NoSuchProcess:
                break
            time.sleep(PERIOD)
    assert process.wait() == 0
    return samples


def journal_lines(journal, process):
    """Open the journal as soon as it is there."""
    while not journal.exists() and process.poll() is None:
        time.sleep(PERIOD / 10)
    return journal.open("rb")


if __name__ == "__main__":
    main()
