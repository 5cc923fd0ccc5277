"""What the JSON of a federation's messages says: the plan, the rounds, the answers of sites.

Every message names the message that it follows by its digest, and the plan by its own, so that none
can be put in the place of another.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gantei.manifests.fields import Label, Line, Name, OutputName, Sha256
from gantei.manifests.record import Record

from ..fine_tuning.training_settings import TrainingSettings
from ..learning.learning_target import LearningTarget
from .federation_errors import FederationError
from .message_arrays import MOST_ARRAYS, ArrayDescription
from .network_settings import NetworkSettings

FEWEST_SITES = 3
"""Of two, each would know the other's sums: the total less its own."""
MOST_SITES = 100
MOST_ROUNDS = 1_000
MOST_ATTEMPTS = 20
MOST_PEOPLE = 10_000_000
MOST_CARRIED = 1 << 30
"""Weights times sites: a round carries what all sites sent, 8 GiB at most."""
LEAST_STRENGTH = 1.0
"""Of a penalty: with less, heads of classes that can be told apart grow until sums at them are of
the few people who are nearest to the other class."""

FederationId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""32 hexadecimal digits, drawn"""
PublicPoint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""the 32 bytes of an X25519 public key, as hexadecimal digits"""
SiteCount = Annotated[int, Field(ge=FEWEST_SITES, le=MOST_SITES)]
RoundNumber = Annotated[int, Field(ge=0, le=MOST_ROUNDS)]
AttemptNumber = Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)]
PeopleCount = Annotated[int, Field(ge=1, le=MOST_PEOPLE)]
MessageArrays = Annotated[tuple[ArrayDescription, ...], Field(max_length=MOST_ARRAYS)]


class PlannedTarget(Record):
    """What is to be learnt; see `LearningTarget`."""

    output: OutputName
    kind: Literal["regression", "binary", "categorical"]
    classes: Annotated[tuple[Label, ...], Field(max_length=1000)] = ()
    unit: Annotated[str, StringConstraints(max_length=80)] = ""

    @model_validator(mode="after")
    def _classes_fit_the_kind(self) -> Self:
        least = {"regression": 0, "binary": 2, "categorical": 3}[self.kind]
        most = least if self.kind != "categorical" else 1000
        if not least <= len(set(self.classes)) == len(self.classes) <= most:
            raise ValueError(f"classes: {len(self.classes)} do not fit a {self.kind} target")
        return self

    @classmethod
    def of(cls, target: LearningTarget) -> Self:
        """Make one of a target."""
        return cls(output=target.output, kind=target.kind, classes=target.classes, unit=target.unit)

    def learning_target(self) -> LearningTarget:
        """Give it as `gantei_export.learning` takes it."""
        return LearningTarget(self.output, self.kind, self.classes, self.unit)


class HeadSettings(Record):
    """How a head is fitted, the same at every site.

    Attributes:
        strengths: penalties that are compared, in rising order.
        folds: parts of each site's people, by which the strength is chosen.
        seed: of the folds and of the projection.
        projected: numbers to which embeddings are projected at most; None: as many as may leave.
    """

    strengths: Annotated[
        tuple[Annotated[float, Field(ge=LEAST_STRENGTH, le=1e6)], ...],
        Field(min_length=1, max_length=50),
    ]
    folds: Annotated[int, Field(ge=2, le=20)]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    projected: Annotated[int, Field(ge=1, le=4096)] | None = None


class FederationPlan(Record):
    """What all sites agree on, from the start to the end.

    Attributes:
        federation: tells it from every other one.
        purpose: what comes of it: a new head, a whole network with one, or an evaluation of the
            estimator itself.
        estimator: the name of the one that gives the embeddings, or the estimates.
        weights_sha256: of its weights: no other will do.
        facts_sha256: of its manifest's facts that change estimates; None: embeddings alone count.
        width: how many numbers its embedding has; 1: of estimates.
        target: what is to be learnt, or evaluated.
        settings: how a head is learnt; None where nothing is.
        network: how all layers are trained after it; None: they are not.
        sites: how many take part.
        coordinator: the id of the key that signs the rounds.
        gantei: the version that planned it.
        date: on which day, as 2026-11-30.
    """

    format: Literal[1] = 1
    federation: FederationId
    purpose: Literal["head", "network", "evaluation"]
    estimator: Name
    weights_sha256: Sha256
    facts_sha256: Sha256 | None = None
    width: Annotated[int, Field(ge=1, le=65_536)]
    target: PlannedTarget
    settings: HeadSettings | None
    network: NetworkSettings | None = None
    sites: SiteCount
    coordinator: Sha256
    gantei: Line
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]

    @model_validator(mode="after")
    def _fits_its_purpose(self) -> Self:
        evaluates, trains = self.purpose == "evaluation", self.purpose == "network"
        if evaluates != (self.settings is None) or trains != (self.network is not None):
            raise ValueError(
                "settings are of a head, and those of a network of one that is trained"
            )
        if (evaluates or trains) != (self.facts_sha256 is not None):
            raise ValueError("facts are of an evaluation, or of a network that is trained")
        if self.network and self.network.weights * self.sites > MOST_CARRIED:
            raise ValueError(
                f"{self.network.weights:,} weights of {self.sites} sites are more than the "
                f"{MOST_CARRIED:,} that a round carries: fewer sites or a smaller network"
            )
        if evaluates and (self.width != 1 or self.target.kind == "categorical"):
            raise ValueError("numbers and two classes are evaluated, of one estimate each")
        return self

    @property
    def head_settings(self) -> HeadSettings:
        """How a head is fitted.

        Raises:
            FederationError: nothing is learnt.
        """
        if self.settings is None:
            raise FederationError(
                f"federation {self.federation[:8]}… evaluates {self.estimator}, and learns "
                "nothing: gantei federate report shows what it found"
            )
        return self.settings

    @property
    def network_settings(self) -> NetworkSettings:
        """How all layers are trained.

        Raises:
            FederationError: they are not.
        """
        if self.network is None:
            raise FederationError(f"federation {self.federation[:8]}… trains no whole network")
        return self.network

    @property
    def training(self) -> TrainingSettings:
        """How each epoch is trained.

        Raises:
            FederationError: no network is.
        """
        return self.network_settings.training(self.head_settings.seed)


class RoundMessage(Record):
    """A round: what the coordinator asks of every site.

    Attributes:
        kind: that it is one.
        plan: of the federation.
        round: 0 asks the sites to join; each one after it needs the answers of the one before.
        attempt: counts up where a round is made anew; every attempt has masks of its own.
        previous: the digest of the message of the round before; None in round 0.
        answers: the answers that it was made of: the digest of each, by the id of its key.
        step: what is asked.
        arrays: numbers that every site needs for it, such as coefficients.
    """

    kind: Literal["round"] = "round"
    plan: FederationPlan
    round: RoundNumber
    attempt: AttemptNumber
    previous: Sha256 | None
    answers: Annotated[dict[Sha256, Sha256], Field(max_length=MOST_SITES)]
    step: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*$", max_length=40)]
    arrays: MessageArrays


class SiteAnswer(Record):
    """What a site answers to a round.

    Attributes:
        kind: that it is one.
        federation: which one.
        round: the round that it answers.
        attempt: of that round.
        to: the digest of the message that it answers.
        weights_sha256: of the estimator that gave the embeddings here.
        people: how many it has.
        photographs: how many of them.
        mask_key: in round 0, the public key by which masks are agreed with each other site.
        arrays: masked sums; none in round 0.
    """

    kind: Literal["answer"] = "answer"
    federation: FederationId
    round: RoundNumber
    attempt: AttemptNumber
    to: Sha256
    weights_sha256: Sha256
    people: PeopleCount
    photographs: PeopleCount
    mask_key: PublicPoint | None
    arrays: MessageArrays

    @model_validator(mode="after")
    def _counts_are_possible(self) -> Self:
        if self.people > self.photographs:
            raise ValueError(f"people: {self.people}, more than photographs: {self.photographs}")
        if (self.round == 0) != (self.mask_key is not None):
            raise ValueError("mask_key: stands in the answer to round 0, and in no other")
        if self.round == 0 and self.arrays:
            raise ValueError("arrays: the answer to round 0 has none")
        return self
