"""What `import gantei` costs beyond numpy, and how long `gantei --help` takes.

python benchmarks/startup.py [--runs 15]

Prints the median of whole processes, alternating, in milliseconds.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time

PYTHON = sys.executable


def milliseconds(command):
    """Wall time of one process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - started) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    commands = {
        "python -c pass": [PYTHON, "-c", "pass"],
        "import numpy": [PYTHON, "-c", "import numpy"],
        "import numpy, gantei": [PYTHON, "-c", "import numpy, gantei"],
        "import numpy, gantei; gantei.load": [PYTHON, "-c", "import numpy, gantei; gantei.load"],
        "gantei --help": [shutil.which("gantei") or "gantei", "--help"],
    }
    times = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            times[name].append(milliseconds(command))
    medians = {name: statistics.median(each[1:]) for name, each in times.items()}
    for name, median in medians.items():
        print(f"{name:36}{median:8.0f} ms")
    beyond = medians["import numpy, gantei"] - medians["import numpy"]
    print(f"{'import gantei beyond numpy':36}{beyond:8.0f} ms   (must: 60)")
    print(f"{'gantei --help':36}{medians['gantei --help']:8.0f} ms   (must: 250)")


if __name__ == "__main__":
    main()
