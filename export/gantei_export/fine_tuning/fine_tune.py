"""All layers of an estimator's network, trained on one's own people, measured and installed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gantei import __version__
from gantei.catalogue.store import refuse_taken
from gantei.manifests.publication import Reported, ReportedEvaluation
from gantei.statistics.study_extra import require_study_extra

from ..adapting.installing_adapted import check_name
from ..adapting.labelled_photographs import LabelledPhotographs
from ..adapting.made_of import MadeOf
from ..adapting.people_digest import people_digest
from ..adapting.training_range import training_range
from ..learning.head_fitting import fit_head
from ..learning.held_out import HeldOut, naive_estimates, rows_of
from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.learning_target import LearningTarget
from ..learning.trials import judged
from .epochs import Rows, embeddings_of, estimates, linear_values
from .fine_tuned import FineTuned, FineTuneOptions, TrainedTrial
from .network_training import TrainableNetwork, check_training_device
from .number_scale import NumberScale
from .prepared_photographs import PreparedPhotographs, prepared_photographs
from .trained_installing import install_trained
from .training_base import TrainingBase, training_base
from .training_checkpoint import TrainingCheckpoint, checkpoint
from .training_loop import train_to_best
from .training_people import SHARE, TrainingPeople, divided_people, rows_without_embeddings
from .training_progress import Silence, TrainingProgress
from .training_settings import FineTuneSettings

_ONCE = (
    "by person: a fifth of the people were held out for testing, a fifth of the others for early "
    "stopping, and the rest were trained on"
)
_OFTEN = (
    "; so {n} times, at random, each with a training of its own: the installed network is that of "
    "the first split, and the figures are means over the networks of all"
)


def fine_tune(
    options: FineTuneOptions,
    labelled: LabelledPhotographs,
    *,
    measured: Callable[[FineTuned], Sequence[Reported]] = lambda tuned: (),
    progress: TrainingProgress | None = None,
) -> FineTuned:
    """Train all layers of an estimator's network, and install what comes of it.

    People are divided in three. A new head is fitted on the embeddings of four fifths of four
    fifths; then all layers are trained on them at a low rate, until the loss of the others of the
    four fifths has not fallen for a while; the last fifth judges. The same photographs, labels and
    settings give the same network on one machine, also where the process is killed in between and
    the same call repeated: after every epoch its state is saved, and taken up again.

    With several trials people are divided, and a network is trained, as often. The network of the
    first division is installed.

    Args:
        options: from which estimator, and how.
        labelled: photographs with what is to be learnt from them.
        measured: called when everything is known, before anything is installed; gives the figures
            for the manifest. What it raises is raised, and the same call goes on from there.
        progress: hears how far it is.

    Raises:
        SettingError: the file is another one than the estimator was made of, the name is taken by
            the catalogue, too few people, or the network cannot be trained.
        ConversionError: the file is damaged, or has a layer that cannot be trained.
        AlreadyInstalledError: the name is taken and `replace` is not set.
        DeviceError: the framework has not the device that was asked for.
        MissingExtraError: TensorFlow, PyTorch, scipy or onnx is not installed.
        OutputError: no photograph can be read, or the state of the training cannot be written.
    """
    require_study_extra("gantei adapt")
    progress = progress or Silence()
    with training_base(options.base, options.weights) as known:
        check_name(options.name, known.entry.name)
        refuse_taken(options.name, replace=options.replace)
        divided_people(_rows(labelled), options.settings.training.seed)  # refused before the work
        check_training_device(known.file, options.device)
        progress.begin("preparing", len(labelled))
        with prepared_photographs(
            labelled,
            known.entry.manifest.input,
            allow_grey=options.allow_grey,
            workers=options.workers,
            advance=progress.advance,
        ) as (left, photographs):
            progress.end()
            return _Training(known, left, photographs, options, progress).run(measured)


@dataclass(frozen=True)
class _Training:
    base: TrainingBase
    labelled: LabelledPhotographs
    photographs: PreparedPhotographs
    options: FineTuneOptions
    progress: TrainingProgress

    @property
    def target(self) -> LearningTarget:
        return self.labelled.target

    @property
    def settings(self) -> FineTuneSettings:
        return self.options.settings

    @property
    def data(self) -> LabelledEmbeddings:
        return rows_without_embeddings(self.target, self.photographs)

    def run(self, measured: Callable[[FineTuned], Sequence[Reported]]) -> FineTuned:
        count, seed = self.options.trials, self.settings.training.seed
        divisions = [divided_people(self.data, seed, draw) for draw in range(count)]
        self.progress.begin(
            "training", self.settings.epochs * sum(len(each.train) for each in divisions)
        )
        done: list[tuple[TrainedTrial, TrainingCheckpoint]] = []
        with ExitStack() as kept:
            # The first comes last: its network is at hand then, and is installed.
            for place in reversed(range(count)):
                self.progress.trial(count - place, count)
                network, trial, state = self._trial(divisions[place], place, kept)
                done.insert(0, (trial, state))
            self.progress.end()
            tuned = self._tuned(tuple(each for each, _ in done), network)
            install_trained(
                self.base.entry,
                self.base.weights,
                network,
                self.options.name,
                self._made_of(tuned),
                reported=measured(tuned),
                replace=self.options.replace,
            )
            for _, each_state in done:
                each_state.remove()
        return tuned

    def _trial(
        self, people: TrainingPeople, place: int, open_: ExitStack
    ) -> tuple[TrainableNetwork, TrainedTrial, TrainingCheckpoint]:
        """Train in one division of the people; the state stays until everything is installed."""
        data, numbers = self.data, self.target.kind == "regression"
        scale = NumberScale.of(data.truths[people.train]) if numbers else NumberScale()
        network = self.base.open(self.target, scale, self.options.device)
        before = self._fit_head(network, people, place)
        digest = self._digest(network, people, place)
        kept = open_.enter_context(checkpoint(digest, self.options.name))
        history = train_to_best(
            network,
            self.photographs,
            (people.train, people.aside),
            self.settings,
            kept,
            self.progress,
        )
        after = estimates(network, linear_values(network, self.photographs, people.test))
        head, whole = (self._held_out(people, each) for each in (before, after))
        return network, TrainedTrial(people, history, head, whole), kept

    def _fit_head(self, network: TrainableNetwork, people: TrainingPeople, place: int) -> Any:
        """Fit a head to the people learnt from, put it in, and estimate those who judge."""
        vectors, data = embeddings_of(network, self.photographs, people.train), self.data
        training = LabelledEmbeddings(
            self.target,
            vectors,
            data.truths[people.train],
            data.persons[people.train],
            data.people,
            data.ages[people.train],
        )
        fitted = fit_head(training, seed=self.settings.training.seed, draw=place)
        network.set_head(fitted.head)
        return fitted.head.estimates(embeddings_of(network, self.photographs, people.test))

    def _held_out(self, people: TrainingPeople, found: Any) -> HeldOut:
        data = self.data
        chosen = np.zeros(len(data), np.bool_)
        chosen[people.train] = True
        return HeldOut(
            self.target.kind,
            found,
            naive_estimates(rows_of(data, chosen), len(people.test)),
            data.truths[people.test],
            data.persons[people.test],
            len(np.unique(data.persons[people.train])),
            len(people.train),
        )

    def _tuned(self, trials: tuple[TrainedTrial, ...], network: TrainableNetwork) -> FineTuned:
        seed = self.settings.training.seed
        head, whole = (
            judged(self.target, splits, share=SHARE, seed=seed, of=self.data)
            for splits in ([each.head for each in trials], [each.whole for each in trials])
        )
        return FineTuned(
            self.base.entry,
            self.options,
            self.labelled,
            trials,
            head,
            whole,
            network.versions(),
            network.size,
        )

    def _digest(self, network: TrainableNetwork, people: TrainingPeople, place: int) -> str:
        """Digest everything that the trained network depends on, but for the machine."""
        rows: Mapping[str, Rows] = asdict(people)
        told = {
            "gantei": __version__,
            "versions": network.versions(),
            "file": self.base.entry.manifest.source.original_sha256,
            "stated": self.base.claims.as_dict(),
            "input": self.base.entry.manifest.tables()["input"],
            "target": asdict(self.target),
            "scale": asdict(network.scale),
            "settings": asdict(self.settings),
            "trial": place,
            "rows": {key: value.tolist() for key, value in rows.items()},
            "truths": self.photographs.truths.tolist(),
        }
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        for pixels in self.photographs.pixels:
            digest.update(pixels.tobytes())
        return digest.hexdigest()

    def _made_of(self, tuned: FineTuned) -> MadeOf:
        """Say what made it, without anybody's name."""
        people, trials = tuned.trials[0].people, len(tuned.trials)
        rows: Rows = np.concatenate((people.train, people.aside))
        truths, persons = self.photographs.truths[rows], self.photographs.persons[rows]
        numbers = self.target.kind == "regression"
        training = self.settings.training
        return MadeOf(
            "whole-network",
            people=len(np.unique(persons)),
            photographs=len(rows),
            people_digest=people_digest(self.labelled.names[number] for number in set(persons)),
            augmented=training.augment,
            settings={
                "rate": training.rate,
                "batch": training.batch,
                "seed": training.seed,
                "trials": trials,
                "epochs": len(tuned.history) - 1,
                "best_epoch": tuned.best,
                "patience": self.settings.patience,
                **tuned.versions,
            },
            range=training_range(truths, persons) if numbers else None,
            evaluation=ReportedEvaluation(
                split=_ONCE + (_OFTEN.format(n=trials) if trials > 1 else ""),
                place="internal: the test people are from the same source as the training people",
                **({} if numbers else {"threshold": "0.5"}),
            ),
        )


def _rows(labelled: LabelledPhotographs) -> LabelledEmbeddings:
    return LabelledEmbeddings(
        labelled.target,
        np.empty((len(labelled), 0)),
        labelled.truths,
        labelled.persons,
        labelled.people,
        labelled.ages,
    )
