"""What `gantei federate start` and `combine` say of the round that they wrote."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .combining import Combined
    from .message_records import FederationPlan, RoundMessage


def started_text(record: "RoundMessage", out: Path) -> str:
    """Say what round 0 asks, and how a site answers it."""
    plan = record.plan
    text = (
        f"{out}: federation {plan.federation[:8]}…, {plan.target.output} from "
        f"{plan.estimator}, {plan.sites} sites\n"
    )
    weights = ""
    if plan.network is not None:
        weights = " --weights FILE"
        text += (
            f"{plan.network.weights:,} weights are trained, after the head: in each of "
            f"{plan.network.rounds} rounds a site sends {_size(8 * plan.network.weights)} and "
            f"gets {_size(_carried(plan))}\n"
        )
    return text + (
        "Send it to every site, which answers with: gantei federate site "
        f"{out.name} PHOTOGRAPHS --labels FILE{weights} …\n"
    )


def combined_text(made: "Combined", out: Path) -> str:
    """Say whether the round that was made is the last one, and what to do with it."""
    record = made.record
    if made.converged:
        return _last_text(made, out)
    text = f"{out}: round {record.round} of federation {record.plan.federation[:8]}…. "
    if record.step == "train":
        network = record.plan.network_settings
        text += f"The sites train for average {len(made.losses) + 1} of {network.rounds}. "
    if record.step == "losses":
        text += "The sites judge the last average. "
    return f"{text}Send it to every site, which answers as before\n{_losses_text(made)}"


def _last_text(made: "Combined", out: Path) -> str:
    purpose = made.record.plan.purpose
    if purpose == "evaluation":
        return (
            f"{out}: the evaluation is complete. Send it to every site, and read it with: "
            f"gantei federate report {out.name} --trust …\n"
        )
    if purpose == "network":
        best = min(range(len(made.losses)), key=lambda place: made.losses[place])
        which = f"average {best}" if best else "the head alone, which no average has beaten"
        return (
            f"{out}: the training is complete; the lowest loss is that of {which}. Send it to "
            f"every site, and install it with: gantei federate install {out.name} --name NEW "
            f"--weights FILE --trust …\n{_losses_text(made)}"
        )
    return (
        f"{out}: converged. Send it to every site, and install what was learnt with: "
        f"gantei federate install {out.name} --name NEW --trust …\n"
    )


def _losses_text(made: "Combined") -> str:
    """List the losses of the people whom all sites kept aside."""
    if not made.losses:
        return ""
    first, *others = (f"{each:.4f}" for each in made.losses)
    averages = "".join(f", average {place} {each}" for place, each in enumerate(others, start=1))
    return f"Validation loss of all sites: head alone {first}{averages}\n"


def _carried(plan: "FederationPlan") -> int:
    """Give the bytes of a round: what all sites sent, and the average, where it is the best."""
    weights = plan.network_settings.weights
    return weights * (8 * plan.sites + 4)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
