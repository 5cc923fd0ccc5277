"""What Ray costs: two actors on two cores beside `gantei predict` on the same cores.

python benchmarks/on_ray.py [--photographs 2000] [--rounds 3] [--cache DIR]

Both take the same 240 drawn photographs, again and again, in turn, in one process, after Ray, its
actors and the estimators are ready. Processor time is that of all processes, also those of Ray
itself. Then both write a table with embeddings, while an actor of Ray is ended, and the files are
compared.
"""

import argparse
import os
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from gantei.command_line import main as gantei
from gantei.demo import draw_people
from gantei.estimator.opening_several import open_estimators
from gantei.photographs.listing import list_photographs
from gantei.ray import ray_backend
from gantei.ray.cluster import local_ray
from gantei.ray.placement import place_actors
from gantei.study.backends import LocalBackend

NAMES = ["demo-age"]
DRAWN = 240
SCALE = 0.5
"""Of the drawn photographs, some 750 px."""


def processor_seconds(root):
    """Seconds of the processor of a process and all that it started, also those that ended."""
    told = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        told[int(path.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    ticks, waiting = 0, [root]
    while waiting:
        one = waiting.pop()
        ticks += told[one][1]
        waiting += [process for process, (parent, _) in told.items() if parent == one]
    return ticks / os.sysconf("SC_CLK_TCK")


def taken(backend, photographs):
    """Estimate for all; seconds by the clock and of the processor."""
    wall, cpu = time.perf_counter(), processor_seconds(os.getpid())
    values = [result.values for result in backend.results(photographs)]
    assert len(values) == len(photographs)
    return time.perf_counter() - wall, processor_seconds(os.getpid()) - cpu


def tables(folder, photographs):
    """Write the table by both, ending an actor in the middle; whether all bytes are equal."""
    inner = ray_backend.ordered_over

    def ending(actors, call, chunks):
        for number, answer in enumerate(inner(actors, call, chunks)):
            if number == 10:
                actors[0].__ray_call__.options(max_task_retries=0).remote(lambda _: os._exit(1))
            yield answer

    ray_backend.ordered_over = ending
    for name, options in (("one", []), ("ray", ["--on", "ray", "--workers", "2"])):
        out = folder / name
        out.mkdir()
        beside = ["--out", str(out / "t.csv"), "--embeddings", str(out / "t.npy")]
        words = ["predict", str(photographs[0].source.parent), "--with", *NAMES]
        assert gantei([*words, *beside, *options]) == 0
    return all(
        (folder / "one" / name).read_bytes() == (folder / "ray" / name).read_bytes()
        for name in ("t.csv", "t.npy", "t.csv.photographs.csv", "t.csv.dictionary.csv")
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, help="where the drawn photographs are kept")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (chosen.cache or Path(scratch)) / "drawn-240"
        if not folder.exists():
            draw_people(folder, DRAWN * 6 // 10, 5, scale=SCALE)  # two eyes of most
        drawn = [*list_photographs([folder]).photographs]
        listed = [*islice(cycle(drawn), chosen.photographs)]
        began = time.perf_counter()
        with local_ray(2):
            options, actors = place_actors(NAMES, "cpu", (), 2, None, allow_grey=False)
            with ray_backend.RayBackend.of(options, actors, cluster="Ray") as on_ray:
                print(f"started in {time.perf_counter() - began:.0f} s")
                here = LocalBackend(open_estimators(NAMES, "cpu"), workers=2)
                for backend in (here, on_ray):
                    taken(backend, listed[:16])
                for _ in range(chosen.rounds):
                    (wall, cpu), (ray_wall, ray_cpu) = taken(here, listed), taken(on_ray, listed)
                    print(
                        f"one process {len(listed) / wall:.1f}/s, {cpu:.1f} s of the processor; "
                        f"Ray {len(listed) / ray_wall:.1f}/s, {ray_cpu:.1f} s; "
                        f"by the clock {wall / ray_wall:.2f}, by the processor {cpu / ray_cpu:.2f}",
                        flush=True,
                    )
            print("tables equal:", tables(Path(scratch), drawn))


if __name__ == "__main__":
    main()
