"""How busy the GPU is meanwhile, by nvidia-smi, for `gpu.py`."""

import shutil
import statistics
import subprocess


class GpuUse:
    """Asks nvidia-smi ten times a second while it is entered.

    Attributes:
        percent: of the time in which a kernel ran, the mean; None where there is no nvidia-smi.
    """

    percent: float | None = None

    def __enter__(self) -> "GpuUse":
        self._process = None
        if shutil.which("nvidia-smi"):
            asked = "--query-gpu=utilization.gpu --format=csv,noheader,nounits --id=0 -lms 100"
            self._process = subprocess.Popen(
                ["nvidia-smi", *asked.split()],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        self._process.terminate()
        text, _error = self._process.communicate()
        numbers = [float(line) for line in text.split() if line.strip().isdigit()]
        self.percent = statistics.fmean(numbers) if numbers else None
