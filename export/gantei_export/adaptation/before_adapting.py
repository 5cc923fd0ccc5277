"""Everything that can be refused before a photograph is decoded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gantei.catalogue.entries import Entry, find
from gantei.catalogue.store import refuse_taken
from gantei.commands.given_photographs import folders_of
from gantei.errors import OutputError, SettingError
from gantei.evaluation.report_folder import check_place
from gantei.labels.label_table import LabelOptions
from gantei.photographs.listing import PhotographList
from gantei.statistics.study_extra import require_study_extra
from gantei.storage.address import Address

from ..adapting.checking_base import check_base
from ..adapting.installing_adapted import check_name
from ..adapting.labelled_photographs import LabelledPhotographs, read_labelled
from ..adapting.target_choice import SIDES, read_target
from ..learning.people_split import require_people
from .adapt_options import AdaptOptions

COMMAND = "adapt"


@dataclass(frozen=True)
class PreparedAdapting:
    """What is to be learnt from what, checked.

    Attributes:
        base: the estimator to begin from.
        labelled: photographs with their labels.
        options: how.
    """

    base: Entry
    labelled: LabelledPhotographs
    options: AdaptOptions


def check_before_adapting(
    options: AdaptOptions,
    listing: PhotographList,
    labels: Any,
    label_options: LabelOptions,
    *,
    embedding: bool = True,
) -> PreparedAdapting:
    """Read labels, join them with photographs, and see that an estimator can be made of them.

    Files of photographs are read for their digests, and not decoded.

    Args:
        options: how to adapt.
        listing: the photographs.
        labels: as `read_target` takes them.
        label_options: what their columns mean.
        embedding: whether a head is put on the estimator's embeddings, so that it must give them.

    Raises:
        GanteiError: of the kind that says why: the name is taken, the base cannot be one, labels
            and photographs do not match, too few people, a column of which nothing tells what it
            holds.
    """
    require_study_extra("gantei adapt")
    known = find(options.base)
    check_name(options.name, known.name)
    refuse_taken(options.name, replace=options.replace)
    base, _ = check_base(options.base, embedding=embedding)
    target, table = read_target(labels, label_options, options.target)
    _refuse_mirrored(base, target.classes)
    if target.classes and options.reach is not None and options.reach >= 1:
        raise SettingError(f"--reach {options.reach:g}: of classes an accuracy, below 1")
    labelled = read_labelled(
        listing, table, target,
        base=base.name, one_photograph_per_person=options.one_photograph_per_person,
    )  # fmt: skip
    require_people(target, labelled.truths, labelled.persons)
    return PreparedAdapting(base, labelled, replace(options, base=base.name))


def check_report(out: Path, paths: Sequence[Path | Address], *, overwrite: bool) -> None:
    """Refuse a folder that cannot become the report.

    Raises:
        OutputError: it is something else, or lies among the photographs.
    """
    check_place(out, overwrite=overwrite, command=COMMAND)
    for path in folders_of(paths):
        if out.resolve().is_relative_to(path.resolve()):
            raise OutputError(
                f"{out}: lies in {path}, whose pictures are read as photographs; choose a folder "
                "outside"
            )


def _refuse_mirrored(base: Entry, classes: tuple[str, ...]) -> None:
    if {*classes} == {*SIDES} and base.manifest.input.mirror == "left-eyes":
        raise SettingError(
            f"{base.name} mirrors left eyes before it looks at them, so that right and left are "
            "alike to it; adapt an estimator that does not mirror"
        )
