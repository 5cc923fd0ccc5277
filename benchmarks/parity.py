"""How far every architecture, in every form of file, is from the Keras that wrote it.

Each network is written with random weights that behave (tests/export/keras_models.py), together
with its own answers to eight pictures; then it is converted, and both answers are compared.

    python benchmarks/parity.py --cache out/parity
    python benchmarks/parity.py --cache out/parity --architectures VGG19 Xception
    python benchmarks/parity.py --cache out/parity --tensorflow PYTHON_WITH_TENSORFLOW_2_15

Files are deleted after their turn; all together would take 20 GB.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "export"))
from architectures import ARCHITECTURES, build
from keras_models import behave, pictures

SIDES = (96, 131)
WHOLE = {
    "one output": (SIDES[0], (1,), False),
    "nested, two": (SIDES[1], (1, 2), True),
    "five outputs": (SIDES[0], (1, 1, 2, 3, 1), False),
}
"""Columns of whole-model .h5 files: side (px), units of each output, whether the body is nested."""
FORMS = {
    "weights .h5": "weights-only.h5",
    ".weights.h5": "only.weights.h5",
    ".keras": "whole.keras",
}
KERAS3 = {"Keras 3 .keras": "keras3.keras", "Keras 3 .weights.h5": "keras3.weights.h5"}


def write(name: str, folder: Path, keras: object, keras3: object | None) -> None:
    """Write every form of one architecture, each with the answers of the Keras that wrote it."""
    known = ARCHITECTURES[name]
    for column, (side, outputs, nested) in WHOLE.items():
        photographs = pictures(side, count=8, low=known.low, high=known.high)
        model = behave(
            keras, build(keras, name, side, outputs, nested), photographs, calm=known.calm
        )
        keep(model, folder / "whole.h5", column, photographs)
        if column == "one output":
            for form, file in FORMS.items():
                if file.endswith(".keras"):
                    keep(model, folder / file, form, photographs)
                else:
                    keep_weights(model, folder / file, form, photographs)
            if keras3 is not None:
                same = build(keras3, name, side, outputs, nested)
                same.set_weights(model.get_weights())
                keep(same, folder / "keras3.keras", "Keras 3 .keras", photographs)
                file = folder / "keras3.weights.h5"
                keep_weights(same, file, "Keras 3 .weights.h5", photographs)
        keras.backend.clear_session()


def keep(model: object, path: Path, column: str, photographs: np.ndarray) -> None:
    """Save a whole model and its answers, and wait until they have been compared."""
    model.save(path)
    hand_over(model, path, column, photographs)


def keep_weights(model: object, path: Path, column: str, photographs: np.ndarray) -> None:
    """Save weights alone and the model's answers, and wait until they have been compared."""
    model.save_weights(path)
    hand_over(model, path, column, photographs)


def hand_over(model: object, path: Path, column: str, photographs: np.ndarray) -> None:
    answers = model(photographs, training=False)
    answers = answers if isinstance(answers, list | tuple) else [answers]
    arrays = {f"answer{number}": np.asarray(answer) for number, answer in enumerate(answers)}
    np.savez(path.with_suffix(".npz"), photographs=photographs, **arrays)
    print(json.dumps({"column": column, "path": str(path)}), flush=True)
    sys.stdin.readline()


def written(python: str, name: str, folder: Path, *, with_keras3: bool) -> Iterator[dict[str, str]]:
    """Run `write` with some Python, and yield its files one by one."""
    command = [python, __file__, "--write", name, str(folder), str(int(with_keras3))]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with subprocess.Popen(
        command, env=quiet, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, text=True
    ) as writer:
        for line in writer.stdout:
            yield json.loads(line)
            writer.stdin.write("\n")
            writer.stdin.flush()
    if writer.returncode:
        raise SystemExit(f"{python} could not write {name}")


def be_the_writer(name: str, folder: str, with_keras3: str) -> None:
    """Be the process that `written` runs, with the Keras 2 that is there."""
    keras3 = None
    if with_keras3 == "1":
        import keras as keras3
    try:
        import tf_keras as keras
    except ImportError:
        from tensorflow import keras
    write(name, Path(folder), keras, keras3)


def difference(path: Path) -> tuple[float, str]:
    """Convert a file and return the largest difference from Keras, and a digest of the ONNX."""
    from gantei.inference.onnx_runtime import onnx_runtime
    from gantei_export.keras_conversion.keras_converter import convert
    from gantei_export.manifest_draft.user_claims import UserClaims

    alone = "weights" in path.name
    claims = UserClaims(head_activations=("sigmoid",)) if alone else None
    content = convert(path, claims).to_bytes()
    kept = np.load(path.with_suffix(".npz"))
    session = onnx_runtime().InferenceSession(content, providers=["CPUExecutionProvider"])
    count = len(kept.files) - 1
    names = [output.name for output in session.get_outputs()][:count]
    answers = session.run(names, {"photograph": kept["photographs"]})
    largest = max(
        float(np.abs(answer - kept[f"answer{number}"]).max())
        for number, answer in enumerate(answers)
    )
    return largest, hashlib.sha256(content).hexdigest()


def digest_elsewhere(path: Path) -> str:
    """Convert once more, in a process that cannot import TensorFlow; return the digest."""
    code = (
        "import sys, hashlib, pathlib\n"
        "for name in ('tensorflow', 'keras', 'tf_keras'): sys.modules[name] = None\n"
        "from gantei_export.keras_conversion.keras_converter import convert\n"
        "print(hashlib.sha256(convert(pathlib.Path(sys.argv[1])).to_bytes()).hexdigest())\n"
        "print(open('/proc/self/status').read())"
    )
    command = [sys.executable, "-c", code, str(path)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", lines).group(1)) * 1024
    allowed = 3 * path.stat().st_size + 150e6
    return f"{lines.splitlines()[0]} {peak / allowed:.2f}"


def main() -> None:
    """Print one row an architecture and writer; 1 where a difference is too large."""
    if "--write" in sys.argv:
        be_the_writer(*sys.argv[2:5])
        return
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="folder for the files")
    parser.add_argument("--architectures", nargs="*", default=list(ARCHITECTURES))
    parser.add_argument("--tensorflow", help="a Python whose TensorFlow writes the files instead")
    chosen = parser.parse_args()
    chosen.cache.mkdir(parents=True, exist_ok=True)
    columns = [*WHOLE, *FORMS, *({} if chosen.tensorflow else KERAS3)]
    print("| architecture | " + " | ".join(columns) + " | same bytes | memory, of the allowed |")
    print("|---|" + "---|" * (len(columns) + 2))
    failed = False
    for name in chosen.architectures:
        found, same, memory = {}, True, 0.0
        python = chosen.tensorflow or sys.executable
        for file in written(python, name, chosen.cache, with_keras3=not chosen.tensorflow):
            path = Path(file["path"])
            found[file["column"]], digest = difference(path)
            if path.name == "whole.h5":
                other, share = digest_elsewhere(path).split()
                same, memory = same and other == digest, max(memory, float(share))
            path.unlink()
        cells = [f"{found[column]:.1e}" for column in columns]
        print(
            f"| {name} | {' | '.join(cells)} | {'yes' if same else 'NO'} | {memory:.2f} |",
            flush=True,
        )
        failed |= not same or memory > 1 or max(found.values()) > ARCHITECTURES[name].tolerance
    raise SystemExit(int(failed))


if __name__ == "__main__":
    main()
