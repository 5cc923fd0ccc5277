"""What it takes to resume a study of a million photographs, all of which were finished.

python benchmarks/resuming.py [--rows 1000000] [--cache DIR]

Links a drawn photograph under as many names, and writes the journals that `gantei predict` with
both demo estimators and `--persons names` leaves where it is killed at its end. The digests in them
are made up, so that no photograph that is read is that of its row. Says the CPU time of each step
of the same command, and its most resident memory so far; then those of the command after it, which
finds its table finished.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

ESTIMATORS = ("demo-age", "demo-sex")
LINKS = 20_000
"""Names of one file; some file systems allow no more than 32,000."""
LONG_AGO = 1_700_000_000_000_000_000
STEPS = {False: ("list", "resume", "write"), True: ("list", "check")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--cache", type=Path, help="folder in which the photographs are linked")
    parser.add_argument("--step", choices=("prepare", "run"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step == "prepare":
        link(chosen.cache / "photographs", chosen.rows)
        write_journals(study_in(chosen.cache))
    elif chosen.step == "run":
        resume(chosen.cache)
    else:
        with tempfile.TemporaryDirectory(dir=chosen.cache) as scratch:
            measure(chosen.rows, scratch)


def measure(rows, scratch):
    """Each step in a process of its own, so that it has the memory of no other."""

    def step(name):
        command = [sys.executable, __file__, "--rows", str(rows), "--cache", scratch]
        told = subprocess.run([*command, "--step", name], check=True, capture_output=True)
        return told.stdout

    step("prepare")
    for again in (False, True):
        print("once more, finished" if again else f"{rows} finished rows")
        for name, (seconds, resident) in zip(STEPS[again], json.loads(step("run")), strict=True):
            print(f"  {name:<8} {seconds:>8.1f} s of CPU {resident / 1e3:>8.0f} MB", flush=True)


def link(folder, rows):
    """A photograph under many names, 1,000 in a folder, both eyes of each person."""
    from gantei.demo import draw_photograph, person

    who = person(11, 1)
    image = draw_photograph(11, who, who.eyes[0], scale=0.1).image
    for number in range(rows):
        path = (
            folder
            / f"{number // 1000:05}/person-{number // 2:08}-{('left', 'right')[number % 2]}.jpg"
        )
        if number % 1000 == 0:
            path.parent.mkdir(parents=True)
        if number % LINKS == 0:
            image.save(path, quality=90)
            os.utime(path, ns=(LONG_AGO, LONG_AGO))
            drawn = path
        else:
            path.hardlink_to(drawn)


def study_in(work):
    import gantei
    from gantei.photographs.persons import person_rule
    from gantei.study.backends import LocalBackend
    from gantei.study.collecting import GivenPhotographs, collect
    from gantei.study.definition import Study

    given = GivenPhotographs([work / "photographs"], persons=person_rule("names"))
    backend = LocalBackend([gantei.load(name, "cpu", threads=1) for name in ESTIMATORS])
    return Study(collect(given), backend, work / "results.csv")


def write_journals(study):
    """All rows, each with a made-up digest of its own, and their measures."""
    from gantei.study.columns import row
    from gantei.study.definition import digest_of
    from gantei.study.file_stamps import stamp_of
    from gantei.study.journal import Journal

    identity = study.identity()
    run = digest_of(identity)
    first = study.listing.photographs[0]
    (result,) = study.backend.results([first])
    with closing(study.extras(run)) as extras:
        extras.keep(0)
        extras.add(first, result)
    with study.measures_journal_path.open("rb+") as file:
        line = file.readlines()[-1]
        file.writelines(line for _ in study.listing.photographs[1:])
    with Journal(study.journal_path, study.journal_of(run), identity):
        pass
    with study.journal_path.open("ab") as file:
        for listed in study.listing.photographs:
            line = row(listed, result, study.estimators)
            line[1] = sha256(listed.name.encode()).hexdigest()
            line[4:6] = [listed.eye.side, listed.eye.origin]
            entry = {"file": stamp_of(listed), "row": line}
            file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def resume(work):
    from gantei.study.run import run_study

    told, spent = [], 0.0

    def mark(_=None):
        nonlocal spent
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = used.ru_utime + used.ru_stime
        told.append((seconds - spent, used.ru_maxrss))
        spent = seconds

    study = study_in(work)
    mark()
    finished = study.table.exists()
    run_study(study, advance=mark)
    if not finished:
        mark()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
