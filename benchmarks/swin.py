"""A Swin transformer's conversion and its graph, against PyTorch, timm and torch.onnx.export.

Random weights that behave, saved by torch and timm, which this needs (pip install torch timm). Each
conversion runs in a process of its own; the two graphs answer in turn.

    python benchmarks/swin.py --cache out/benchmarks
    python benchmarks/swin.py --cache out/benchmarks --network tiny-224 --rounds 20
"""

import argparse
import multiprocessing
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from gantei_export.pytorch_networks.state_dict_converter import convert_state_dict

NETWORKS = {
    "tiny-224": (224, 7, 96, (2, 2, 6, 2), (3, 6, 12, 24)),
    "base-384": (384, 12, 128, (2, 2, 18, 2), (4, 8, 16, 32)),
}
PICTURES = 8
MEGABYTE = 1e6


class Mapped:
    """A tensor of a file that PyTorch maps into memory."""

    def __init__(self, tensor):
        self.tensor, self.shape = tensor, tuple(tensor.shape)

    def read(self):
        return self.tensor.numpy()


def build(name):
    """The network of timm; no norm, bias or bias table is as it was initialised."""
    import torch
    from timm.models.swin_transformer import SwinTransformer

    size, window, width, depths, heads = NETWORKS[name]
    torch.manual_seed(1)
    measures = {"img_size": size, "window_size": window, "embed_dim": width}
    made = SwinTransformer(**measures, depths=depths, num_heads=heads, num_classes=1).eval()
    with torch.no_grad():
        for key, weight in made.named_parameters():
            noise = torch.randn_like(weight)
            if key.endswith("relative_position_bias_table"):
                weight.copy_(0.5 * noise)
            elif "norm" in key and key.endswith("weight"):
                weight.copy_(1 + 0.2 * noise)
            elif key.endswith("bias"):
                weight.copy_(0.1 * noise)
            else:
                weight.copy_(noise / weight[0].numel() ** 0.5)
    return made


def write_originals(name, folder):
    """Write the state dict, the exported graph and timm's answers, where they are not there yet."""
    import torch

    weights, exported = folder / f"swin-{name}.pth", folder / f"swin-{name}-exported.onnx"
    answers = folder / f"swin-{name}.npz"
    if all(path.is_file() for path in (weights, exported, answers)):
        return
    folder.mkdir(parents=True, exist_ok=True)
    made, size = build(name), NETWORKS[name][0]
    torch.save(made.state_dict(), weights)
    pictures = torch.randn(PICTURES, 3, size, size)
    pictures += torch.linspace(-1, 1, PICTURES)[:, None, None, None]
    with torch.no_grad():
        expected = torch.cat([made(picture[None]) for picture in pictures])
    arguments = {"input_names": ["x"], "output_names": ["y"], "dynamic_axes": {"x": {0: "n"}}}
    torch.onnx.export(made, (pictures[:1],), exported, opset_version=17, dynamo=False, **arguments)
    np.savez(answers, pictures=pictures.permute(0, 2, 3, 1).numpy(), answers=expected.numpy())


def convert(weights, target, results):
    """Convert as `gantei import` does, and tell what it took beyond PyTorch's own memory."""
    import torch

    state = {key: Mapped(value) for key, value in torch.load(weights, mmap=True).items()}
    before = peak()
    began, used = time.perf_counter(), time.process_time()
    digest = convert_state_dict(state, "0" * 64, weights.stat().st_size).write(target, {})
    took = time.perf_counter() - began, time.process_time() - used
    results.put((took, peak() - before, digest))


def peak():
    """Most memory that this process has had, in bytes; Linux counts it from its own start."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def conversions(name, folder):
    """Convert twice, each time in a fresh process."""
    context = multiprocessing.get_context("spawn")
    told = []
    for run in range(2):
        results = context.Queue()
        arguments = (folder / f"swin-{name}.pth", folder / f"swin-{name}-{run}.onnx", results)
        process = context.Process(target=convert, args=arguments)
        process.start()
        told.append(results.get())
        process.join()
    return told


def session(path, threads):
    from gantei.inference.onnx_runtime import onnx_runtime

    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def latency(name, folder, threads, rounds):
    """Median milliseconds of both graphs on one picture, and their ratios: latency, processor.

    Where others use the machine, processor time is what to trust.
    """
    picture = np.load(folder / f"swin-{name}.npz")["pictures"][:1]
    pair = [
        (session(folder / f"swin-{name}-0.onnx", threads), {"photograph": picture}),
        (
            session(folder / f"swin-{name}-exported.onnx", threads),
            {"x": np.ascontiguousarray(picture.transpose(0, 3, 1, 2))},
        ),
    ]
    seconds = np.zeros((rounds + 1, 2, 2))
    for number in range(rounds + 1):
        for which in (0, 1) if number % 2 else (1, 0):
            began, used = time.perf_counter(), time.process_time()
            pair[which][0].run(None, pair[which][1])
            seconds[number, which] = time.perf_counter() - began, time.process_time() - used
    seconds = seconds[1:]  # the first run of a session is slower
    ratios = np.median(seconds[:, 0] / seconds[:, 1], 0)
    return *np.median(seconds[:, :, 0], 0) * 1e3, *ratios


def main():
    reading = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reading.add_argument("--cache", type=Path, required=True)
    reading.add_argument("--network", choices=NETWORKS, default="base-384")
    reading.add_argument("--rounds", type=int, default=10)
    chosen = reading.parse_args()
    name, folder = chosen.network, chosen.cache
    warnings.simplefilter("ignore")
    write_originals(name, folder)
    ((took, used), memory, first), ((again, _), _, second) = conversions(name, folder)
    weights = (folder / f"swin-{name}.pth").stat().st_size
    print(f"{name}: state dict {weights / MEGABYTE:.0f} MB")
    print(f"conversion            {took:6.2f} s, {again:.2f} s; {used:.2f} s of the processor")
    print(f"memory it took        {memory / MEGABYTE:6.0f} MB, {memory / weights:.2f} x weights")
    print(f"bytes of two runs     {'equal' if first == second else 'DIFFERENT'}")
    stored = np.load(folder / f"swin-{name}.npz")
    ours = session(folder / f"swin-{name}-0.onnx", 2)
    given = [ours.run(["head"], {"photograph": each[None]})[0] for each in stored["pictures"]]
    difference = np.abs(np.concatenate(given) - stored["answers"]).max()
    print(f"difference from timm  {difference:.2g} on {PICTURES} pictures")
    for threads in (1, 2):
        own, exported, ratio, used = latency(name, folder, threads, chosen.rounds)
        print(
            f"{threads} thread(s): {own:.0f} ms; exported {exported:.0f} ms; {ratio:.2f} of its "
            f"latency, {used:.2f} of its processor time"
        )
    return 0 if first == second and difference <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
