"""Fuzz the import of strangers' files: `python -m tests.fuzzing --inputs 200000 --workers 2`."""

import argparse
import sys
from pathlib import Path

from . import inputs, pool, trial, worker
from .families import FAMILIES
from .reached import Lines


def main():
    """Run, or repeat one input; exits with 1 where something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--family", choices=FAMILIES, default="keras")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="stop after so many")
    parser.add_argument("--only", help="repeat one input by its recipe, such as 17+523, here")
    parser.add_argument("--keep", type=Path, help="with --only: a folder to keep the input in")
    given = parser.parse_args()
    if given.only:
        return repeat(given.family, given.seed, tuple(map(int, given.only.split("+"))), given.keep)
    summary = pool.fuzz(
        *(given.inputs, given.seed, given.workers, given.minutes, _say, given.first, given.family)
    )
    _say(pool.line(summary, summary.seconds))
    for (kind, word), number in sorted(summary.counts.items()):
        _say(f"  {kind:14} {word:20} {number:8,}")
    for recipe, detail in summary.failures:
        _say(f"FAILED --only {pool.name(recipe)}: {detail}")
    return 1 if summary.failures else 0


def repeat(family, seed, recipe, keep):
    """Try one input in this process."""
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        _say(str(inputs.make(seed, recipe, keep.resolve(), family)))
    if pool.caught_by_probe(family, seed, recipe):
        _say("refused by the probe")
        return 0
    sandbox = trial.own_sandbox()
    outcome = worker.try_one(seed, recipe, sandbox, Lines(), whole=False, family=family)
    _say(f"{outcome.word}: {outcome.detail}")
    return outcome.word == "FAILED"


def _say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
