"""`settled.json`: all that settling an estimator has shown, without anybody's name."""

import platform
from dataclasses import asdict
from typing import Any

import numpy as np

from gantei import __version__
from gantei.manifests.manifest import MeanStd

from .candidates import Candidate
from .performance import Performance
from .race import Race
from .settle_words import effort_words, headline, performance_words, verdict_words
from .settling_advice import what_next
from .settling_result import Settling
from .verdicts import FactVerdict

FORMAT = "gantei settled 1"


def settled_record(settling: Settling) -> dict[str, Any]:
    """Give it as tables, lists, words and numbers."""
    weights = settling.entry.manifest.weights
    return {
        "format": FORMAT,
        "estimator": settling.entry.name,
        "weights_sha256": weights.sha256 if weights else None,
        "labels_sha256": settling.table.sha256,
        "confidence": settling.options.confidence,
        "people": len(settling.race.people),
        "signal": settling.signal,
        "said": headline(settling)[0],
        "effort": effort_words(settling)[0],
        "runs": settling.runs,
        "runs_of_full_grid": settling.full_runs,
        "facts": [_verdict(each) for each in settling.verdicts],
        "performance": [_performance(each) for each in settling.shown],
        "next": [words[0] for words in what_next(settling)],
        "notes": [note.english for note in settling.notes],
        "photographs": {
            "with_labels": settling.with_labels,
            "left_out": settling.left_out,
            "not_read": dict(settling.failed),
        },
        "not_tried": dict(settling.grid.contradicted),
        "candidates": _race(settling.race),
        "finer_candidates": _race(settling.fine) if settling.fine else [],
        "versions": _versions(),
    }


def _verdict(verdict: FactVerdict) -> dict[str, Any]:
    return {
        "fact": verdict.fact.key,
        "before": verdict.fact.before,
        "origin": verdict.fact.origin,
        "tried": list(verdict.fact.values),
        "verdict": verdict.verdict,
        "value": verdict.value,
        "left": list(verdict.left),
        "people": verdict.people,
        "more_people": verdict.more_people,
        "difference": asdict(verdict.difference) if verdict.difference else None,
        "said": verdict_words(verdict)[0],
    }


def _performance(performance: Performance) -> dict[str, Any]:
    return {
        "output": performance.output,
        "measured": [asdict(each) for each in performance.measured],
        "as_stated": [asdict(each) for each in performance.as_stated],
        "reported": [asdict(each) for each in performance.reported],
        "worse_than_reported": bool(performance.worse),
        "scale": asdict(performance.scale) if performance.scale else None,
        "said": [words[0] for words in performance_words(performance)],
    }


def _race(race: Race) -> list[dict[str, Any]]:
    tournament = race.tournament
    each = zip(
        race.candidates, tournament.log_e(), tournament.alive, tournament.dropped_at, strict=True
    )
    return [
        {
            "facts": candidate.words,
            "log10_e_value": _rounded(log_e / np.log(10)),
            "left": bool(alive),
            "dropped_at": int(dropped) or None,
            "scale": _scale(candidate),
        }
        for candidate, log_e, alive, dropped in each
    ]


def _scale(candidate: Candidate) -> Any:
    scale = candidate.spec.scale
    return scale.model_dump() if isinstance(scale, MeanStd) else scale


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _versions() -> dict[str, str]:
    from gantei.inference.onnx_runtime import onnx_runtime

    return {
        "gantei": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "onnxruntime": str(onnx_runtime().__version__),
    }
