"""Settling an estimator: which of all candidates its answers to labelled photographs leave.

First every combination of the facts that matter most is tried, a few people at a time; then the
decoders and resamplings, with the best of them. Each candidate that falls behind is dropped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod

from gantei.catalogue import entries
from gantei.errors import SettingError
from gantei.estimator.opening_checks import checked_bytes
from gantei.inference.session import open_session
from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.joining import Joined, join_listing
from gantei.labels.label_table import LabelTable
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.manifest import Manifest, Weights
from gantei.photographs.listing import PhotographList
from gantei.signing.admission import admit
from gantei.system.cores import cores

from .answers import CandidateNetwork
from .candidates import Grid
from .class_orders import order_verdict, orders_found
from .cohort_notes import CohortNote, cohort_notes
from .falling_numbers import falling_notes
from .file_contradictions import contradicted_scales
from .open_facts import OpenFact, assigned_orders, open_facts
from .order_of_labels import LabelOrder
from .people import LabelledOutputs, eyes_known, labelled_outputs, labelled_people
from .performance import performance_of
from .race import Race
from .scores import LabelledPerson, Scorer
from .settling_result import SettleOptions, Settling
from .two_races import final_race, run_races
from .verdicts import FactVerdict, verdict_on

NO_EYES = CohortNote(
    "Mirroring of left eyes was not tried: nothing says which eye a photograph shows. Give "
    "--eyes, or a column eye in the labels.",
    "写真の左右が分からないため、左眼の左右反転は試していません。--eyes またはラベルの eye 列で"
    "示してください。",
)


def settle(
    name: str,
    listing: PhotographList,
    table: LabelTable,
    options: SettleOptions | None = None,
    advance: Callable[[int], object] = lambda _: None,
) -> Settling:
    """Try the candidates of an installed estimator on photographs with known labels.

    Args:
        name: an installed estimator, or its folder; its facts may be unknown.
        listing: the photographs.
        table: their labels.
        options: how.
        advance: called with the number of photographs that were looked at.

    Raises:
        UnknownEstimatorError, NotInstalledError, SignatureError, WeightsError: as `gantei.load`.
        SettingError: nothing is open, nothing tells the persons, or an option makes no sense.
        OutputError: labels and photographs do not match, or a label is none.
        InferenceError: the network fails.
    """
    options = options or SettleOptions()
    entry, weights = entries.find_installed(name)
    admit(entry, weights)
    joined, labelled, people = _cohort(entry.manifest, listing, table, options)
    facts = open_facts(entry.manifest, labelled.classes, options.candidates)
    facts, notes = _without_eyes(facts, people, entry.manifest)
    grid = _grid(entry, facts, labelled.classes)
    scorer = _scorer(entry, weights, options, advance)
    names = tuple(labelled.outputs)
    race, fine = run_races(grid, names, people, scorer, options.confidence)
    orders = orders_found(race, grid.assigned, grid.classes)
    verdicts = (
        *_verdicts(grid, race, fine, labelled.outputs),
        *_order_verdicts(grid, race, orders),
    )
    final = final_race(grid, race, verdicts, scorer, names)
    return Settling(
        entry=entry,
        grid=grid,
        outputs=labelled.outputs,
        people=people,
        race=race,
        fine=fine,
        final=final,
        signal=race.tournament.signal(),
        verdicts=verdicts,
        performance=performance_of(final, entry.manifest, labelled.outputs, orders, verdicts),
        notes=(*notes, *_notes(race, labelled, options)),
        runs=scorer.effort.runs,
        full_runs=_full_runs(grid, race),
        failed=scorer.effort.failed,
        flow=joined.flow,
        table=table,
        options=options,
    )


def _cohort(
    manifest: Manifest, listing: PhotographList, table: LabelTable, options: SettleOptions
) -> tuple[Joined, LabelledOutputs, tuple[LabelledPerson, ...]]:
    """Join photographs with their labels, and gather them by person."""
    joined = join_listing(listing, table)
    labelled = labelled_outputs(manifest, table, options.candidates)
    people = labelled_people(
        joined, listing, labelled, options.by,
        one_photograph_per_person=options.one_photograph_per_person,
    )  # fmt: skip
    return joined, labelled, people


def _notes(race: Race, labelled: LabelledOutputs, options: SettleOptions) -> tuple[CohortNote, ...]:
    odd = cohort_notes(race.people, labelled.outputs, options.by)
    return (*odd, *falling_notes(race))


def _scorer(
    entry: entries.Entry,
    weights: Weights,
    options: SettleOptions,
    advance: Callable[[int], object],
) -> Scorer:
    """Open the network, once for all candidates; a person takes one thread, and several run."""
    content = checked_bytes(entry.folder / weights.file, weights, entry.name)
    session = open_session(content, options.device, 1, entry.name)
    network = CandidateNetwork(entry.manifest, session)
    return Scorer(network, options.allow_grey, options.workers or cores(), advance)


def _full_runs(grid: Grid, race: Race) -> int:
    """How many inputs every way of feeding the network would have been, of every photograph."""
    photographs = sum(len(each.photographs) for each in race.people)
    fed = (len(each.values) for each in grid.facts if each.key.startswith("input."))
    return photographs * prod(fed)


def _without_eyes(
    facts: Sequence[OpenFact], people: Sequence[LabelledPerson], manifest: Manifest
) -> tuple[tuple[OpenFact, ...], list[CohortNote]]:
    """Leave out mirroring where no photograph's eye is known.

    Raises:
        SettingError: it is unknown, so that there is nothing else to try.
    """
    mirror = [fact for fact in facts if fact.key == "input.mirror"]
    if not mirror or eyes_known(each for person in people for each in person.photographs):
        return tuple(facts), []
    if manifest.input.mirror == UNKNOWN:
        raise SettingError(
            f"{manifest.name}: input.mirror is unknown, and nothing says which eye each "
            "photograph shows: give --eyes, or a column eye in the labels"
        )
    return tuple(fact for fact in facts if fact not in mirror), [NO_EYES]


def _grid(
    entry: entries.Entry, facts: Sequence[OpenFact], classes: Mapping[str, tuple[str, ...]]
) -> Grid:
    assigned = assigned_orders(entry.manifest, classes)
    if not facts and not assigned:
        raise SettingError(
            f"{entry.name}: nothing is left to settle: its file, its publisher or you have stated "
            "every fact of its input and the order of its labels; gantei evaluate measures it"
        )
    against = contradicted_scales(entry, facts)
    kept = tuple(
        replace(fact, values=tuple(word for word in fact.values if word not in against))
        if fact.key == "input.scale"
        else fact
        for fact in facts
    )
    not_tried = {f"scale {word}": why for word, why in against.items()}
    return Grid(entry.manifest, kept, classes, not_tried, assigned)


def _verdicts(
    grid: Grid,
    race: Race,
    fine: Race | None,
    outputs: Mapping[str, EstimatedOutput],
) -> tuple[FactVerdict, ...]:
    signal = race.tournament.signal() == "signal"
    units = {name: each.unit for name, each in outputs.items()}
    found = []
    for fact in grid.facts:
        decided = fine if fact.fine and fine is not None else race
        usual = race.winner.words[fact.key] if fact.fine else fact.before
        if fact.key == "input.mirror" and usual not in fact.values:
            usual = "none"
        found.append(
            verdict_on(fact, decided, units, signal=signal and (not fact.fine or decided is fine),
                       usual=usual)
        )  # fmt: skip
    return tuple(found)


def _order_verdicts(
    grid: Grid, race: Race, orders: Mapping[str, LabelOrder]
) -> tuple[FactVerdict, ...]:
    signal = race.tournament.signal() == "signal"
    names = {fact.key: fact.key.split(".")[1] for fact in grid.assigned}
    return tuple(
        order_verdict(
            fact, orders.get(names[fact.key]), grid.classes[names[fact.key]], race, signal=signal
        )
        for fact in grid.assigned
    )
