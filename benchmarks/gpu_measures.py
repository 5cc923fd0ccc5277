"""What `gpu.py` measures, each in a process of its own; rows are dictionaries, printed as JSON."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from gpu_networks import estimator_folder
from gpu_use import GpuUse
from gpu_work import gigaflops
from PIL import Image

import gantei
from gantei.inference.batches import black
from gantei.inference.cuda_options import CudaOptions
from gantei.inference.network import InputArray, Network
from gantei.inference.pipeline import estimate, infer
from gantei.inference.session import open_session

Row = dict[str, Any]
OTHER_DEVICE, OTHER_BATCH, HALF_PRECISION = 1e-4, 1e-5, 1e-2
"""Limits: the largest difference, as a share of the largest number of the embeddings."""
OPTIONS = {
    "as gantei's": CudaOptions(),
    "EXHAUSTIVE": CudaOptions("EXHAUSTIVE"),
    "channels last": CudaOptions(prefer_nhwc=True),
    "EXHAUSTIVE, channels last": CudaOptions("EXHAUSTIVE", prefer_nhwc=True),
    "tensor-float32": CudaOptions(use_tf32=True),
}


@dataclass(frozen=True)
class Settings:
    """How much is measured."""

    cache: Path
    device: str
    small: bool
    batches: tuple[int, ...]
    seconds: float

    @property
    def usual(self) -> int:
        """The batch that gantei takes on a GPU, or what is nearest to it."""
        return min(self.batches, key=lambda batch: abs(batch - 16))

    def folder(self, network: str) -> Path:
        return estimator_folder(self.cache, network, small=self.small)

    def photographs(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.cache.glob("photograph-*.jpg"))]


def rate(run: Callable[[], int], seconds: float) -> float:
    """Photographs per second: the median over calls, of which the first warms up."""
    run()
    rates: list[float] = []
    until = time.perf_counter() + seconds
    while len(rates) < 3 or time.perf_counter() < until:
        began = time.perf_counter()
        count = run()
        rates.append(count / (time.perf_counter() - began))
    return statistics.median(rates)


def preparation(settings: Settings, _: str) -> Iterator[Row]:
    """Make what the others need, where it is not in the cache: photographs, drawn of any size."""
    from gantei.demo import draw_photograph, person

    settings.cache.mkdir(parents=True, exist_ok=True)
    for number in range(2 if settings.small else 8):
        path = settings.cache / f"photograph-{number}.jpg"
        if not path.is_file():
            who = person(18, number)
            drawn = draw_photograph(18, who, who.eyes[0]).image
            side = 300 if settings.small else 2000
            drawn.resize((side, side), Image.Resampling.LANCZOS).save(path, quality=92)
    yield {"measure": "photographs", "value": len(settings.photographs())}


def agreement(settings: Settings, network: str) -> Iterator[Row]:
    """Compare embeddings: of the two devices, of batches, and of half precision."""
    folder = settings.folder(network)
    on_cpu, there = gantei.load(folder, "cpu"), gantei.load(folder, settings.device)
    size, some = on_cpu.manifest.input.size, 4
    counted = gigaflops(folder / "model.onnx", size)
    yield {"measure": "work", "network": network, "gigaflops": counted}
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (some, *size, 3), np.uint8)
    values = [on_cpu.prepare(Image.fromarray(each)) for each in pixels]
    expected = _embeddings(on_cpu, [*values])

    def row(what: str, found: np.ndarray, wanted: np.ndarray, limit: float) -> Row:
        difference = float(np.abs(found - wanted).max() / np.abs(wanted).max())
        ok = bool(np.isfinite(found).all() and difference <= limit)
        return {"measure": "agreement", "network": network, "what": what, "difference": difference,
                "limit": limit, "ok": ok}  # fmt: skip

    alone = np.concatenate([_embeddings(there, [each]) for each in values])
    yield row("this device and the CPU", alone, expected, OTHER_DEVICE)
    yield row(f"batch of {some} and alone", _embeddings(there, values), alone, OTHER_BATCH)
    batch = max(settings.usual, 2 * some)
    padded = _embeddings(there, values, batch)
    yield row(f"padded to {batch} and alone", padded, alone, OTHER_BATCH)
    yield row("the same again", _embeddings(there, values, batch), padded, 0)
    if there.takes_pixels:
        scaled = _embeddings(there, [*pixels], batch)
        yield row("pixels scaled there and values", scaled, padded, 0)
    half = _embeddings(_half(there, folder, settings), values)
    yield row("half precision and the CPU", half, expected, HALF_PRECISION)


def _embeddings(network: Network, inputs: list[InputArray], size: int | None = None) -> Any:
    rows = infer(network, inputs, "embedding", size=size)
    return np.stack([network.explainer.embedding(row) for row in rows])


def _half(network: Network, folder: Path, settings: Settings) -> Network:
    from gantei_export.optimisation.precision import half_precision

    content = half_precision((folder / "model.onnx").read_bytes()).SerializeToString()
    return Network(network.manifest, open_session(content, settings.device, None, "half"))


def network_alone(settings: Settings, network: str) -> Iterator[Row]:
    """Batches of random pixels one after the other, copying included."""
    opened = gantei.load(settings.folder(network), settings.device)
    for batch in settings.batches:
        yield _rate("network alone", network, batch, _runs(opened, batch), settings)


def predict(settings: Settings, network: str) -> Iterator[Row]:
    """What `gantei predict` does between its list and its table, of JPEGs in memory."""
    opened = gantei.load(settings.folder(network), settings.device, threads=1)
    photographs = settings.photographs()
    for batch in settings.batches:
        sources = [*islice(cycle(photographs), max(4 * batch, 0 if settings.small else 64))]

        def run(sources: list[bytes] = sources, batch: int = batch) -> int:
            results = [*estimate(sources, [opened], batch=batch)]
            if any(each.error for each in results):
                raise SystemExit(f"{network}: a photograph failed: {results[0].error}")
            return len(results)

        yield _rate("predict", network, batch, run, settings)


def options(settings: Settings, network: str) -> Iterator[Row]:
    """Compare the options of the CUDA provider, and half precision, at the usual batch."""
    folder = settings.folder(network)
    usual = gantei.load(folder, settings.device)
    content = (folder / "model.onnx").read_bytes()
    for what, each in {**OPTIONS, "half precision": None}.items():
        if each is None:
            opened = _half(usual, folder, settings)
        else:
            session = open_session(content, settings.device, None, network, each)
            opened = Network(usual.manifest, session)
        made = _rate("options", network, settings.usual, _runs(opened, settings.usual), settings)
        yield {**made, "options": what}


def _runs(network: Network, batch: int) -> Callable[[], int]:
    inputs = black(network, batch)
    # Zeros run faster than photographs do.
    inputs[:] = np.random.default_rng(batch).integers(0, 256, inputs.shape, np.uint8)

    def run() -> int:
        return len(network.run(inputs))

    return run


def _rate(
    measure: str, network: str, batch: int, run: Callable[[], int], settings: Settings
) -> Row:
    with GpuUse() as use:
        per_second = rate(run, settings.seconds)
    return {"measure": measure, "network": network, "batch": batch,
            "photographs_per_s": per_second, "gpu_percent": use.percent}  # fmt: skip
