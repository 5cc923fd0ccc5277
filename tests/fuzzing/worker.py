"""A process that tries inputs and reports each: libhdf5 may kill it, or never return.

Lines on standard output: `begin RECIPE`, then `end {json}`.
"""

import json
import resource
import sys
import warnings
from random import Random

from gantei_export.keras_conversion import hdf5_probe

from . import inputs, trial
from .families import FAMILIES
from .reached import Lines

KEEP = 0.35
"""How often an input goes on from one that reached something new."""
LARGEST = 6 << 30
"""Bytes of memory that a worker may ever take beside its modules; the reference does arithmetic."""
WHOLE = 50
"""Every so many inputs, one is imported and not only converted."""


def main():
    """Try the numbers start, start + step, … below `end`; the arguments are the seed, these three
    and the family."""
    seed, start, step, end = map(int, sys.argv[1:5])
    family = sys.argv[5]
    kept = [tuple(one) for one in json.loads(sys.stdin.readline())]
    warnings.simplefilter("ignore")
    # The process that reads first is replayed by the parent where this one dies.
    hdf5_probe.probe = lambda path, stated=None: None
    usual = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (trial.taken() + LARGEST, usual[1]))
    sandbox, lines, signatures = trial.own_sandbox(), Lines(FAMILIES[family].FOLLOWED), set()
    print("ready", sandbox, flush=True)
    for number in range(start, end, step):
        recipe = choose(seed, number, kept)
        print("begin", json.dumps(recipe), flush=True)
        whole = number % WHOLE == 0
        outcome = try_one(seed, recipe, sandbox, lines, whole=whole, family=family)
        new = lines.fresh > 0 or (outcome.word, outcome.signature) not in signatures
        signatures.add((outcome.word, outcome.signature))
        if new and outcome.word != "FAILED" and len(recipe) < 12:
            kept.append(recipe)
        report = {
            "number": number,
            "kind": inputs.kind_of(seed, recipe, family),
            "recipe": recipe,
            "word": outcome.word,
            "detail": outcome.detail if outcome.word != "refused" else "",
            "new": new,
            "lines": len(lines.seen),
        }
        print("end", json.dumps(report), flush=True)


def choose(seed, number, kept):
    """Return a recipe: a fresh one, or one that reached something new with one round more."""
    random = Random(f"{seed}/{number}/parent")
    if kept and random.random() < KEEP:
        return (*random.choice(kept), number)
    return (number,)


def try_one(seed, recipe, sandbox, lines, *, whole, family="keras"):
    """Make and try one input."""
    path = inputs.make(seed, recipe, sandbox / "inputs", family)
    try:
        return trial.attempt(path, sandbox, lines, whole=whole, family=FAMILIES[family])
    finally:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
