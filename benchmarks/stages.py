"""From a JPEG to a network's input, stage by stage, beside libjpeg-turbo and Pillow alone.

    python benchmarks/stages.py [--photographs DIR] [--side 2000] [--input 224] [--rounds 60]

A drawn photograph, or every JPEG of a folder, in one thread: medians of the CPU time of that
thread, in ms, over rounds in which each stage has its turn, so that neighbours disturb all alike.
The input is compared with that of Pillow alone, byte by byte, and so are the averages that the
field of view is sought on.
"""

import argparse
import hashlib
import statistics
import time
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from gantei.manifests.manifest import InputSpec
from gantei.photographs.colour import check_light
from gantei.photographs.field_of_view import averaging_step
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import findings_on, scaled, views_of
from service import drawn

FACTS = {
    "colour": "rgb", "crop": "none", "mirror": "none", "decoder": "pillow",
    "resampling": "bilinear", "scale": "in-graph",
}  # fmt: skip
ALONE = "libjpeg-turbo alone"
PILLOW = "Pillow alone: decoding, resizing, float32"
WHOLE = "gantei: all of it"


class Clock:
    """CPU time of this thread, by stage."""

    def __init__(self):
        self.spent = defaultdict(list)

    def __call__(self, stage, step, *given):
        began = time.thread_time()
        result = step(*given)
        self.spent[stage].append(1000 * (time.thread_time() - began))
        return result


def by_pillow(data, side):
    """What a network sees by Pillow alone."""
    image = Image.open(BytesIO(data))
    image.load()
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR), np.float32)


def by_stages(clock, data, spec):
    """What a network sees, and what is told of the photograph, one step after the other."""
    clock("  sha256", lambda: hashlib.sha256(data).hexdigest())
    photograph = clock("open, check and hash the file", open_photograph, data)
    picture = clock("decode and check the light", photograph.picture)
    clock("  check the light", lambda: check_light(picture, allow_grey=False))
    views = clock("resize", lambda: views_of(photograph, [(spec, False)]))
    field = clock("find the field of view", photograph.field)
    averages = clock("  average it", picture.reduce, averaging_step(photograph.size))
    assert np.array_equal(field.colours, np.asarray(averages)), "the averages are others"
    clock("measure its appearance", lambda: photograph.appearance)
    ((view, _),) = views
    clock("findings on the view", findings_on, view, spec)
    return clock("float32", scaled, view, spec)


def at_once(data, spec):
    """The same without a clock in between."""
    photograph = open_photograph(data)
    ((view, _),) = views_of(photograph, [(spec, False)])
    findings_on(view, spec)
    assert photograph.appearance
    return scaled(view, spec)


def measured(data, side, rounds):
    """The median of each stage."""
    spec = InputSpec.model_validate({"size": (side, side), **FACTS})
    clock, place = Clock(), np.empty((*open_photograph(data).size, 3), np.uint8)
    for _ in range(rounds):
        clock(ALONE, lambda: simplejpeg.decode_jpeg(data, "RGB", buffer=place))
        expected = clock(PILLOW, by_pillow, data, side)
        assert np.array_equal(clock(WHOLE, at_once, data, spec), expected), "another input"
        assert np.array_equal(by_stages(clock, data, spec), expected), "another input"
    return {stage: statistics.median(spent) for stage, spent in clock.spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=Path, help="folder of JPEGs, instead of a drawn one")
    parser.add_argument("--side", type=int, default=2000, help="pixels of the drawn photograph")
    parser.add_argument("--input", type=int, default=224, help="pixels of the network's input")
    parser.add_argument("--rounds", type=int, default=60)
    chosen = parser.parse_args()
    files = [drawn(chosen.side)]
    if chosen.photographs:
        files = [path.read_bytes() for path in sorted(chosen.photographs.rglob("*.jpg"))]
    rows = [measured(data, chosen.input, chosen.rounds) for data in files]
    megapixels = statistics.mean(open_photograph(data).megapixels for data in files)
    print(f"{len(files)} photographs, {megapixels:.1f} megapixels, to {chosen.input} px; ms of CPU")
    mean = {stage: statistics.mean(row[stage] for row in rows) for stage in rows[0]}
    print("| stage | ms | times libjpeg-turbo alone |", "|---|---:|---:|", sep="\n")
    for stage, spent in mean.items():
        print(f"| {stage} | {spent:.2f} | {spent / mean[ALONE]:.2f} |")


if __name__ == "__main__":
    main()
