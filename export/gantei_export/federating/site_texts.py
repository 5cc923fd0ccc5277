"""What `gantei federate site` says: what is left out, who trains, and all that leaves."""

import csv
import io
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.system.files import atomic_write

from ..fine_tuning.training_checkpoint import EpochLosses
from ..fine_tuning.training_progress import TerminalProgress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gantei.signing.trust import PublisherKey

    from .message_records import FederationPlan
    from .site import Answered
    from .site_data import SiteData


class SiteProgress(TerminalProgress):
    """A bar, and after the training its losses, which stay here."""

    def epoch(self, losses: EpochLosses, most: int) -> None:
        """Say the losses of an epoch."""
        super().epoch(losses, most)
        if losses.epoch == most:
            sys.stderr.write(
                f"trained: loss of the last epoch {losses.training:.4f}; of the people kept aside "
                f"here, before the training {losses.kept_aside:.4f}\n"
            )

    def losses_in_words(self, losses: EpochLosses, most: int) -> str:
        """Say the epoch, of which a round has a fixed number, and its losses."""
        return (
            f"epoch {losses.epoch} of {most}: training loss {losses.training:.4f}, validation loss "
            f"before this round {losses.kept_aside:.4f}"
        )


def say_left_out(data: "SiteData") -> None:
    """Count on standard error what has no part, by why, and who is kept aside; name nothing."""
    from gantei.labels.exclusions import REASONS

    for code, count in Counter(each.code for each in data.exclusions).items():
        sys.stderr.write(f"left out: {count} {REASONS[code].english}\n")
    if data.training is not None:
        sys.stderr.write(
            f"kept aside: {data.training.people_aside} people, who say which average is best; "
            f"{data.rows.people} are learnt from\n"
        )


def list_left_out(data: "SiteData", file: Path) -> None:
    """List what has no part, and why, in a table that stays here."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("photograph", "person", "where", "code", "reason"))
    rows.writerows((one.name, one.person, one.where, one.code, one.text) for one in data.exclusions)
    with atomic_write(file, mode=0o600) as written:
        written.write(text.getvalue().encode("utf-8-sig"))


def without_part(
    answered: "Answered", keys: "Mapping[str, PublisherKey]", plan: "FederationPlan"
) -> str:
    """Name those whose keys count and who have no part, in whose place another may be."""
    expected = keys.keys() - {each.key for each in answered.sites} - {plan.coordinator}
    if not answered.sites or not expected:
        return ""
    names = ", ".join(sorted(keys[each].publisher for each in expected))
    return f"Without part, although --trust names them: {names}\n"


def what_leaves(answered: "Answered") -> str:
    """Say all that is in the folder that leaves."""
    record = answered.record
    lines = [
        f"{answered.folder}: the answer to round {record.round}, attempt {record.attempt}"
        + (", the same bytes as before" if answered.again else ""),
        "What leaves with it:",
        f"  people: {record.people}; photographs: {record.photographs}",
        "  digests (SHA-256) of the round and of the weights; the id and signature of your key",
    ]
    if record.mask_key is not None:
        lines.append("  a public key, with which the sites agree on masks")
    lines += [
        f"  {each.name}: {each.shape[0]} numbers of {8 * each.shape[1]} bytes, masked: without "
        "those of all other sites they are random"
        for each in record.arrays
    ]
    if answered.sites:
        total = sum(each.people for each in answered.sites)
        names = ", ".join(f"{each.name} ({each.people})" for each in answered.sites)
        lines.append(f"Added up with: {names}; {total} people in total")
    return "\n".join(lines) + "\n"
