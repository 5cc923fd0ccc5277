"""One run of `federated_experiment.py`: a seed's people shared out, and what is learnt from them.

All runs share one network in memory and begin from the same weights, those of demo-age.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from drawn_classes import BY_CAMERA, Drawn
from numpy.typing import NDArray

from gantei.catalogue import entries
from gantei.catalogue.entries import SHIPPED
from gantei.inference.onnx_runtime import onnx_runtime
from gantei.system.files import atomic_write
from gantei_export.federating.federated_fit import FederatedFit
from gantei_export.federating.fixed_point import WEIGHTS
from gantei_export.federating.masking import MaskContext, MaskKey, unmasked_total
from gantei_export.federating.network_weights import take_trained, trained_weights
from gantei_export.federating.rounds import (
    federated_head,
    first_state,
    next_state,
    site_sums,
)
from gantei_export.federating.weighted_averages import averaged_weights, weighted_sums
from gantei_export.fine_tuning.epochs import linear_values, train_epoch
from gantei_export.fine_tuning.losses import mean_loss
from gantei_export.fine_tuning.network_training import TrainableNetwork, open_trainable
from gantei_export.fine_tuning.prepared_photographs import PreparedPhotographs
from gantei_export.fine_tuning.training_settings import TrainingSettings
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.learning.head_fitting import fit_head
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.learning.linear_head import LinearHead

BASE = "demo-age"
SEX = LearningTarget("sex", "binary", ("female", "male"))
TRAINED = (259, 259, 260)
"""Of each class, at each site; what a camera took beyond them is for the test."""
PASSES = 2
"""Over all photographs: epochs of one network on all, rounds of one local epoch each of sites."""
RATE, BATCH = 1e-4, 16
STRENGTHS = (10.0, 100.0, 1000.0, 10_000.0)
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class SharedOut:
    """Who learns where, by a seed: rows of each site, and those of the first test."""

    random: tuple[Rows, ...]
    by_camera: tuple[Rows, ...]
    test: Rows

    @property
    def all(self) -> Rows:
        return np.concatenate(self.by_camera)


def shared_out(seed: int, people: Drawn) -> SharedOut:
    """Share out each class: of each camera's people some for its site, the others for the test.

    The same people for training stand at random sites, too, so that normal training is the same.
    """
    rng = np.random.default_rng([16, seed])
    by_camera: list[list[Rows]] = [[] for _ in TRAINED]
    at_random: list[list[Rows]] = [[] for _ in TRAINED]
    test: list[Rows] = []
    for male in (0, 1):
        own = []
        for camera, count in enumerate(TRAINED):
            rows = np.flatnonzero((people.male == male) & (people.cameras == camera))
            assert len(rows) == BY_CAMERA[camera]
            rows = rng.permutation(rows)
            by_camera[camera].append(rows[:count])
            own.append(rows[:count])
            test.append(rows[count:])
        parts = np.split(rng.permutation(np.concatenate(own)), np.cumsum(TRAINED)[:-1])
        for site, rows in zip(at_random, parts, strict=True):
            site.append(rows)
    join = np.concatenate
    return SharedOut(tuple(map(join, at_random)), tuple(map(join, by_camera)), join(test))


class Experiment:
    """The network, the photographs and the base's embeddings of them, for all runs."""

    def __init__(self, base: Path, people: Drawn, embeddings: NDArray[np.float64]) -> None:
        self.network: TrainableNetwork = open_trainable(base, SEX)
        self._begin = self.network.weights()
        self.people, self._embeddings = prepared(people), embeddings
        self.network.begin_training(RATE)
        self._fresh = self.network.optimiser_state()

    def head(self, rows: Rows, seed: int) -> LinearHead:
        """Normal training of the head alone."""
        return fit_head(self._labelled(rows), seed=seed, strengths=STRENGTHS).head

    def federated_head(self, sites: Sequence[Rows], seed: int) -> tuple[LinearHead, int]:
        """The head that sites come to by masked sums, and in how many rounds."""
        fit = FederatedFit(SEX, STRENGTHS, seed=seed)
        data = [self._labelled(rows) for rows in sites]
        state = first_state(fit, data[0].embeddings.shape[1], [each.people for each in data])
        keys, rounds = [MaskKey.new() for _ in sites], 0
        while state.step != "finished":
            sums = [site_sums(fit, state, each) for each in data]
            state = next_state(fit, state, added_up(sums, keys, rounds))
            rounds += 1
        return federated_head(fit, state).head, rounds

    def trained(self, rows: Rows, seed: int) -> None:
        """Normal training of the whole network."""
        for epoch in range(PASSES):
            train_epoch(self.network, self.people, rows, _settings(seed), epoch)

    def federated(self, sites: Sequence[Rows], seed: int) -> None:
        """Federated averaging with masks: a local epoch of each site per round, a fresh Adam."""
        keys = [MaskKey.new() for _ in sites]
        for epoch in range(PASSES):
            self.average(sites, seed, epoch, keys)

    def average(
        self, sites: Sequence[Rows], seed: int, epoch: int, keys: Sequence[MaskKey]
    ) -> None:
        """One round: each site trains from the network's weights, which become their average."""
        before, weighted = self.network.weights(), []
        for rows in sites:
            self.network.set_weights(before)
            self.network.set_optimiser_state(self._fresh)
            train_epoch(self.network, self.people, rows, _settings(seed), epoch)
            weighted.append(weighted_sums([trained_weights(self.network)], len(rows)))
        total = added_up(weighted, keys, epoch, WEIGHTS)
        take_trained(self.network, *averaged_weights(total, [(len(total) - 1,)]))

    def without_head(self) -> None:
        """Go back to the base's weights, with a head of zeros."""
        self.network.set_weights(self._begin)

    def judged(self, rows: Rows) -> tuple[float, float]:
        """Accuracy and mean loss of the network on some rows."""
        linear = linear_values(self.network, self.people, rows)
        truths = self.people.truths[rows]
        return float(((linear[:, 0] > 0) == truths).mean()), mean_loss(SEX, linear, truths)

    def begin(self, weights: NDArray[np.float32]) -> None:
        """Begin with these weights and a fresh optimiser."""
        take_trained(self.network, weights)
        self.network.set_optimiser_state(self._fresh)

    def take_head(self, head: LinearHead) -> None:
        """Go back to the base's weights, with this head."""
        self.network.set_weights(self._begin)
        self.network.set_head(head)

    def _labelled(self, rows: Rows) -> LabelledEmbeddings:
        return LabelledEmbeddings(
            SEX,
            self._embeddings[rows],
            self.people.truths[rows],
            np.arange(len(rows)),
            len(rows),
            self.people.ages[rows],
        )


def added_up(
    values: Sequence[NDArray[np.float64]],
    keys: Sequence[MaskKey],
    number: int,
    form: Any = None,
) -> NDArray[np.float64]:
    """Mask what each site sends, and add that up, as a federation does."""
    context = MaskContext(b"experiment", number, 1, hashlib.sha256(b"%d" % number).digest())
    more = {} if form is None else {"form": form}
    public = [key.public for key in keys]
    masked = [
        key.masked(each, public, context, **more) for key, each in zip(keys, values, strict=True)
    ]
    return unmasked_total(masked, **more)


def run(
    experiment: Experiment, people: Drawn, seed: int, arm: str, begun: NDArray[np.float32] | None
) -> dict[str, Any]:
    """Learn one arm of one seed: the network's weights, the rows of the first test, the effort.

    A whole network begins with the head, `begun`, that the same arm came to by the head alone.
    """
    began, shares = time.process_time(), shared_out(seed, people)
    how = arm.partition("-")[2]
    sites = {"random": shares.random, "cameras": shares.by_camera}.get(how)
    rounds = PASSES
    if begun is not None:
        experiment.begin(begun)
        if sites is None:
            experiment.trained(shares.all, seed)
        else:
            experiment.federated(sites, seed)
    elif sites is None:
        experiment.take_head(experiment.head(shares.all, seed))
    else:
        head, rounds = experiment.federated_head(sites, seed)
        experiment.take_head(head)
    seconds = time.process_time() - began
    weights = trained_weights(experiment.network)
    return {"weights": weights, "test": shares.test, "rounds": rounds, "seconds": seconds}


def onnx_answers(
    network: TrainableNetwork, work: Path, asked: Sequence[tuple[Drawn, Rows]]
) -> list[NDArray[np.float64]]:
    """What a network answers as an estimator: saved, converted, run by ONNX Runtime, one thread.

    Returns:
        For each set its rows' probabilities of male, less one half.
    """
    file = work / f"answering{network.suffix}"
    network.save(file)
    session = _one_thread_session(convert(file).to_bytes())
    found = []
    for drawn, rows in asked:
        values = prepared(drawn).network_values
        parts = [
            session.run([session.get_outputs()[0].name], {"photograph": values(drawn.pixels[some])})
            for some in np.array_split(rows, len(rows) // 30)
        ]
        found.append(np.concatenate([part[0][:, 0] for part in parts]).astype(float) - 0.5)
    file.unlink()
    return found


def base_embeddings(cache: Path, name: str, drawn: Drawn) -> NDArray[np.float64]:
    """Embeddings (n, 256) that the base gives a set's photographs, kept in the cache."""
    file = cache / f"embeddings-{name}.npz"
    if not file.exists():
        session = _one_thread_session((SHIPPED / BASE / "model.onnx").read_bytes())
        values = prepared(drawn).network_values
        found = [
            session.run(["embedding"], {"photograph": values(some)})[0]
            for some in np.array_split(drawn.pixels, len(drawn) // 30)
        ]
        with atomic_write(file) as partial:
            np.savez(partial, embeddings=np.concatenate(found).astype(float))
    with np.load(file, allow_pickle=False) as arrays:
        embeddings: NDArray[np.float64] = arrays["embeddings"]
        return embeddings


def _one_thread_session(model: bytes) -> Any:
    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = 1
    return onnx_runtime().InferenceSession(model, options, providers=["CPUExecutionProvider"])


def write_base(path: Path) -> None:
    """Write demo-age as a Keras file, from the one that is shipped."""
    from unfolded_network import unfolded

    partial = path.with_suffix(".partial.h5")
    unfolded("age").save(partial)
    partial.replace(path)


def prepared(drawn: Drawn) -> PreparedPhotographs:
    count = len(drawn)
    spec = entries.find(BASE).manifest.input
    return PreparedPhotographs(
        drawn.pixels, spec, drawn.male.astype(np.intp), np.arange(count), count, drawn.ages
    )


def _settings(seed: int) -> TrainingSettings:
    return replace(TrainingSettings(RATE, BATCH), augment=False, seed=seed)
