"""Which pictures lie farther than those calibrated on: drawings, real photographs, none at all.

    python benchmarks/embedding_distance.py --work DIR --photographs DIR [--objects DIR]

200 drawn people of seed 31 are calibrated on, with the embeddings of `demo-age` (those of
`demo-sex` are the same). Others: drawings of 30 people of seed 32, altered as
`benchmarks/pictures.py` alters them; those of one camera where people of the four others were
calibrated on; real photographs; pictures that are none. First, 200, 100 and 50 of the 700 people of
both seeds are calibrated on, 20 times, against all others. Prints how many there are, how many are
refused at once, the median distance of the others (1 is the limit), and the share beyond.
"""

import argparse
import csv
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
from pictures import ALTERATIONS, images_in, scaled
from pictures_that_are_none import drawn_pictures, object_pictures
from PIL import Image

from gantei.calibrations.embedding_distance import gaussian_distances
from gantei.command_line import main as gantei
from gantei.demo.folder import draw_people
from gantei.statistics.embedding_spread import distance_limit, embedding_spread
from gantei.statistics.number_line import fold_of
from gantei.statistics.one_per_person import drawn_photographs, mixed_ranks

SEED, OTHERS, SCALE = 31, 32, 0.25
CALIBRATED, NEW, ALTERED, DRAWS = 200, 500, 30, 20


def embeddings_of(folder: Path) -> tuple[list[str], np.ndarray]:
    """Names and embeddings of the photographs of a folder, rows of nan where one is refused."""
    out = folder.parent / f"{folder.name}.csv"
    vectors = out.with_suffix(".npy")
    if not vectors.exists():
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            gantei(["predict", str(folder), "--with", "demo-age", "--out", str(out),
                    "--embeddings", str(vectors), "--overwrite"])  # fmt: skip
    if not vectors.exists():  # nothing here is a photograph
        names = [path.name for path in images_in(folder)]
        return names, np.full((len(names), 1), np.nan)
    with out.open(encoding="utf-8-sig", newline="") as file:
        names = [Path(row["photograph"]).name for row in csv.DictReader(file)]
    return names, np.load(vectors).astype(np.float64)


def drawn(work: Path, seed: int, people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One photograph of each drawn person: embeddings, cameras, ranks of the persons."""
    folder = work / f"seed-{seed}"
    draw_people(folder, people, seed, scale=SCALE)
    with (folder / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        labels = {row["photograph"]: row for row in csv.DictReader(file)}
    names, vectors = embeddings_of(folder)
    persons = np.array([int(labels[name]["person"]) for name in names])
    rows = drawn_photographs(names, persons)
    cameras = np.array([labels[names[row]]["camera"] for row in rows])
    return vectors[rows], cameras, mixed_ranks([names[row] for row in rows])


def distances(embeddings: np.ndarray, of: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Distances of embeddings from people, 1 at the limit."""
    if embeddings.shape[1] != of.shape[1]:
        return embeddings[:, 0]
    _, ranks = np.unique(ranks, return_inverse=True)
    spread, limit = embedding_spread(of), distance_limit(of, fold_of(ranks))
    return (
        gaussian_distances(embeddings, spread.mean, spread.directions, spread.spreads, spread.rest)
        / limit
    )


def report(kind: str, found: np.ndarray) -> None:
    """Print a kind's line."""
    read = found[~np.isnan(found)]
    far = f"{np.median(read):.2f} | {np.mean(read > 1):.1%}" if len(read) else "– | –"
    print(f"| {kind} | {len(found)} | {len(found) - len(read)} | {far} |", flush=True)


def report_others(every: np.ndarray) -> None:
    """Print what lies beyond of the drawn people who are not calibrated on, over some draws."""
    chance = np.random.default_rng(5)
    for people in (CALIBRATED, CALIBRATED // 2, CALIBRATED // 4):
        found = []
        for _ in range(DRAWS):
            order = chance.permutation(len(every))
            found.append(distances(every[order[people:]], every[order[:people]], order[:people]))
        far = [np.mean(each > 1) for each in found]
        print(f"| other drawn people, {people} calibrated on, {DRAWS} draws | "
              f"{len(every) - people} | 0 | {np.median(found):.2f} | "
              f"{np.mean(far):.1%} ({min(far):.1%} to {max(far):.1%}) |", flush=True)  # fmt: skip


def pictures(work: Path, kind: str, images: Iterable[Image.Image | Path]) -> np.ndarray:
    """Embeddings of pictures, written without loss first."""
    folder = work / "".join(each if each.isalnum() else "-" for each in kind)
    folder.mkdir(exist_ok=True)
    for number, image in enumerate(images):
        path = folder / f"{number:03d}.png"
        if not path.exists():
            scaled(image).save(path)
    return embeddings_of(folder)[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--objects", type=Path)
    chosen = parser.parse_args()
    here, cameras, ranks = drawn(chosen.work, SEED, CALIBRATED)
    others, their_cameras, _ = drawn(chosen.work, OTHERS, NEW)
    print("| pictures | number | refused | median distance | beyond the limit |")
    print("|---|---:|---:|---:|---:|")
    report_others(np.concatenate((here, others)))
    for camera in np.unique(cameras):
        of = cameras != camera
        far = distances(others[their_cameras == camera], here[of], ranks[of])
        report(f"camera {camera}, the four others calibrated on", far)

    def told(kind: str, images: Iterable[Image.Image | Path]) -> None:
        images = list(images)
        if images:
            report(kind, distances(pictures(chosen.work, kind, images), here, ranks))

    real = list(images_in(chosen.photographs))
    told("real photographs", real)
    some = [scaled(each) for each in list(images_in(chosen.work / f"seed-{OTHERS}"))[:ALTERED]]
    for kind, alter in ALTERATIONS.items():
        told(f"drawings, {kind}", [alter(image, number) for number, image in enumerate(some)])
    objects = list(images_in(chosen.objects)) if chosen.objects else []
    for kind, images in (*object_pictures(objects).items(), *drawn_pictures().items()):
        told(kind, images)


if __name__ == "__main__":
    main()
