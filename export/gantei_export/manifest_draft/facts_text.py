"""What a command that made or changed an estimator says of it: its facts, and what comes next."""

from collections.abc import Sequence

from gantei.manifests.manifest import Fact, Manifest
from gantei.terminal.text_table import text_table

from .user_settings import expected


def facts_text(manifest: Manifest) -> str:
    """Lay out every fact with its basis, and say which are doubtful."""
    facts = [(each.key, each.text, each.basis.origin, each.basis.text) for each in manifest.facts()]
    return text_table(("FACT", "VALUE", "BASIS", "EVIDENCE"), facts)


def next_step(manifest: Manifest) -> str:
    """Say what is still to be settled, and by which command; else how to predict."""
    lines = [
        f"Doubtful: {each.key} = {each.text}: {each.basis.doubt}. Every result says so.\n"
        for each in manifest.doubtful()
    ]
    unsettled = manifest.unsettled()
    if so_far := [fact for fact in unsettled if fact.basis.so_far]:
        lines += _so_far(manifest, so_far)
    elif unsettled:
        rows = [(fact.key, expected(fact.key)) for fact in unsettled]
        lines += ["To be settled before it predicts:", text_table(("FACT", "EXPECTS"), rows), ""]
        lines += [
            "Find out on about 100 people with known age or sex:",
            f"gantei settle {manifest.name} PHOTOGRAPHS --labels labels.csv",
            "or state it:",
            manifest.settling_command(),
        ]
    else:
        lines.append(f"Ready: gantei predict DIR --with {manifest.name} --out results.csv")
    return "\n".join(lines)


def _so_far(manifest: Manifest, left: Sequence[Fact]) -> list[str]:
    """What `gantei settle` has left open, with the best value, what it costs, and what to do."""
    known = {fact.key for fact in left}
    others = [fact.key for fact in manifest.unsettled() if fact.key not in known]
    fitted = [each for each in others if each.endswith((".scale", ".offset"))]
    lines = ["Not settled yet, and needed before it predicts:"]
    lines += [f"{each.key}: {each.basis.so_far} is {_first(each.basis.evidence)}" for each in left]
    lines += [f"{key}: {expected(key)}" for key in others]
    return [
        *lines,
        "Settle again with more people, or with labels of more of its outputs; or state it, where "
        "that difference does not matter to you:",
        manifest.settling_command(),
        *([f"With the input stated, gantei settle fits {', '.join(fitted)}."] if fitted else []),
    ]


def _first(evidence: str) -> str:
    return evidence.partition(". ")[0]
