"""Where the files are that TensorFlow 2.4.4 and 2.15.1 wrote."""

from pathlib import Path

DATA = Path(__file__).parent / "data"
FILES = sorted([*DATA.glob("*.h5"), *DATA.glob("*.keras")])
