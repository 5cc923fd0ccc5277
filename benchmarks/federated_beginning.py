"""Whether sites that average a network should learn its head first, on drawn people.

    python benchmarks/federated_beginning.py --cache DIR

Three sites with one camera each, as in `federated_experiment.py`, whose drawings are used. From the
same weights, averages are made once with the head that the sites learnt by masked sums, and once
with a head of zeros; those 390 of the first test judge every one. One thread.
"""

import argparse
from pathlib import Path

from drawn_classes import drawn, one_thread

SEEDS = range(1)
AVERAGES = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", metavar="DIR", type=Path, required=True)
    cache = parser.parse_args().cache
    cache.mkdir(parents=True, exist_ok=True)
    one_thread()
    from federated_experiment import BASE_FILE
    from federated_runs import Experiment, base_embeddings, shared_out, write_base

    from gantei_export.federating.masking import MaskKey

    people = drawn(cache, "split")
    if not (cache / BASE_FILE).exists():
        write_base(cache / BASE_FILE)
    experiment = Experiment(cache / BASE_FILE, people, base_embeddings(cache, "split", people))
    for seed in SEEDS:
        shares = shared_out(seed, people)
        sites, keys = shares.by_camera, [MaskKey.new() for _ in shares.by_camera]
        head, rounds = experiment.federated_head(sites, seed)
        for begun in ("head", "zeros"):
            if begun == "head":
                experiment.take_head(head)
            else:
                experiment.without_head()
            sums = f", after {rounds} rounds of sums" if begun == "head" else ""
            print(f"seed {seed}, begun with {begun}{sums}: accuracy and loss by average")
            for average in range(AVERAGES + 1):
                if average:
                    experiment.average(sites, seed, average - 1, keys)
                accuracy, loss = experiment.judged(shares.test)
                print(f"  {average}: {accuracy:.4f} {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
