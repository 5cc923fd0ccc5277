"""A network to train that needs no framework, and a federation that trains it."""

import tomllib

import numpy as np
import tomli_w

from gantei.errors import SettingError
from gantei.manifests.file import FILE_NAME
from gantei.system.files import sha256_of

from ..explained import BIAS, KERNEL
from .federations import Federation

PEOPLE = 65
"""Of a site: 52 are learnt from, so that two sites have more than 100."""


class PixelMeans:
    """A `TrainableNetwork` whose embedding is the mean colour times a gain that is trained.

    It answers as `explained_network`; its `statistics` stand for those of a batch normalisation,
    which training leaves alone. It steps by the sign of the gradient.
    """

    framework, suffix, size = "Keras", ".h5", (8, 8)

    def __init__(self, target, scale):
        self.target, self.scale = target, scale
        columns = target.columns
        self._gain, self._statistics = np.ones(3, np.float32), np.full(2, 7, np.float32)
        self._kernel = np.zeros((3, columns), np.float32)
        self._bias = np.zeros(columns, np.float32)
        self._rate = None

    def versions(self):
        return {"numpy": np.__version__}

    def original_answers(self, values):
        return values.mean(axis=(1, 2)) @ KERNEL[:, :1] + np.array(BIAS[:1], np.float32)

    def weights(self):
        arrays = (self._gain, self._statistics, self._kernel, self._bias)
        return [each.copy() for each in arrays]

    def set_weights(self, weights):
        if [each.shape for each in weights] != [each.shape for each in self.weights()]:
            raise SettingError("other shapes")
        self._gain, self._statistics, self._kernel, self._bias = (
            np.array(each, np.float32) for each in weights
        )

    def are_trained(self):
        return [True, False, True, True]

    def set_head(self, head):
        kernel, bias = head.kernel, head.bias
        if self.target.kind == "regression":
            kernel, bias = kernel / self.scale.factor, self.scale.standardised(bias)
        self._kernel, self._bias = kernel.astype(np.float32), np.asarray(bias, np.float32)

    def embeddings(self, values):
        return values.mean(axis=(1, 2)) * self._gain

    def linear(self, values):
        return np.asarray(self.embeddings(values) @ self._kernel + self._bias, np.float64)

    def begin_training(self, rate):
        self._rate = np.float32(rate)

    def step(self, values, truths):
        linear = self.linear(values)[:, 0]
        if self.target.kind == "regression":
            loss, slope = np.square(linear - truths).mean(), 2 * (linear - truths)
        else:
            chance = 1 / (1 + np.exp(-linear))
            loss = np.logaddexp(0, np.where(truths == 1, -linear, linear)).mean()
            slope = chance - truths
        means = values.mean(axis=(1, 2))
        moved = {
            "_gain": (slope[:, None] * means * self._kernel[:, 0]).mean(axis=0),
            "_kernel": (slope[:, None] * means * self._gain).mean(axis=0)[:, None],
            "_bias": slope.mean()[None],
        }
        for name, gradient in moved.items():
            now = getattr(self, name) - self._rate * np.sign(gradient)
            setattr(self, name, now.astype(np.float32))
        return float(loss)


def opened(path, target, *, scale, claims=None, size=None, device="auto"):
    """Take the place of `open_trainable`."""
    return PixelMeans(target, scale)


class NetworkFederation(Federation):
    """Three sites that train a whole network, whose publisher's file is a few bytes."""

    def __init__(self, folder, *, kind="classes", people=PEOPLE):
        super().__init__(folder, kind=kind, people=people)
        self.file = folder / "published.h5"
        self.file.write_bytes(b"as published")
        say_file(self.base, self.file)

    def start(self, *more, out="round-0"):
        words = ["--whole-network", "--weights", str(self.file), "--no-augmentation"]
        return super().start(*words, *more, out=out)

    def site(self, name, *more, round=0, **others):
        weights = [] if "--weights" in more else ["--weights", str(self.file)]
        return super().site(name, *weights, *more, round=round, **others)

    def install(self, round, name, *more, **others):
        return super().install(round, name, "--weights", str(self.file), *more, **others)

    def train(self, *more):
        """Go on to the first round that asks for weights, and give its number."""
        assert self.start(*more) == 0
        for round in range(40):
            self.sites(round)
            assert self.combine(round=round) == 1
            text = (self.folder / f"round-{round + 1}" / "federation.json").read_text("utf-8")
            if '"step": "train"' in text:
                return round + 1
        raise AssertionError("no training began")


def say_file(base, file):
    """Say in an estimator's manifest of which file it was made."""
    path = base / FILE_NAME
    tables = tomllib.loads(path.read_text("utf-8"))
    tables["source"] |= {"original_file": file.name, "original_sha256": sha256_of(file)}
    path.write_text(tomli_w.dumps(tables), "utf-8")
