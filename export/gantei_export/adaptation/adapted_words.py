"""What an adapted estimator is worth, in sentences: for the terminal and the page."""

from collections.abc import Iterator

from gantei.labels.estimated_output import EstimatedOutput
from gantei.pages.bilingual import (
    Bilingual,
    in_both,
    name_of,
)
from gantei.pages.flow_parts import notes_of
from gantei.pages.known_manifest import notices_of
from gantei.terminal.plural import counted

from ..learning.trials import Trials, gain_over
from .adapted import AdaptedEstimator
from .curve_words import curve_words
from .new_outputs import cited_outputs, what_is_estimated
from .shared_words import (
    GAINS,
    few_people,
    figure_words,
    gain_verdict,
    gain_words,
    nothing_learnt,
    persons_unsure,
)
from .trial_texts import (
    HEADLINES,
    figure_name,
    headline_figures,
)

LEAD: Bilingual = (
    "An estimator made by fitting a new head on the embeddings of a network, from labelled "
    "photographs. It was measured on "
    "repeated random splits of the people: it learnt from some and was tested on the others, and "
    "nobody was in both groups. Intervals are 95%, by resampling people.",
    "ネットワークの埋め込みに対する新しい出力層を、ラベルのある写真で学習させた推定器です。対象者を繰り返し二つに分け、一方で学習"
    "し、他方"
    "で評価しました（両方に入る人はいません）。区間は対象者を単位とした再標本抽出による 95% 区間で"
    "す。",
)


def new_output(made: AdaptedEstimator) -> EstimatedOutput:
    """Give the new output."""
    return made.embedded.data.target.as_output(made.prepared.options.name)


def title(made: AdaptedEstimator) -> Bilingual:
    """Name the report."""
    return in_both(
        "{name}: {output} from the embeddings of {base}",
        "{name}：{base} の埋め込みによる「{output}」の推定器",
        name=made.prepared.options.name, output=name_of(new_output(made)),
        base=made.prepared.base.name,
    )  # fmt: skip


def found(made: AdaptedEstimator) -> Iterator[Bilingual]:
    """Say what was learnt from whom, how good it is, and what copies and more people do."""
    labelled, options = made.embedded.labelled, made.prepared.options
    yield in_both(
        "{name} estimates {what}, by {method} on the embeddings of {base}, learnt from {n} of "
        "{people} people.",
        "{name} は{what}を推定します。{base} の埋め込みに対する{method}で、{people} 人の写真 "
        "{count} 枚で学習しました。",
        name=options.name, what=what_is_estimated(new_output(made)), method=method_name(made),
        base=made.prepared.base.name, n=counted(len(labelled), "photograph"),
        people=labelled.people, count=len(labelled),
    )  # fmt: skip
    if made.trials is None:
        yield (
            "It was not measured (--trials 0): how good it is is unknown.",
            "--trials 0 のため評価していません。性能は分かりません。",
        )
    else:
        yield performance(made.trials)
        if made.without is not None:
            yield effect_of_copies(made.trials, made.without)
    if made.curve is not None:
        yield from curve_words(made.curve, options.reach)


def method_name(made: AdaptedEstimator) -> Bilingual:
    """Name how it was learnt."""
    if made.embedded.data.target.kind == "regression":
        return "ridge regression", "リッジ回帰"
    return "logistic regression", "ロジスティック回帰"


def performance(trials: Trials) -> Bilingual:
    """Say the main figures, beside what no photograph at all reaches."""
    said = [figure_words(trials, each) for each in headline_figures(trials)]
    return in_both(
        "On held-out people, mean of {n}: {said}.",
        "学習に使っていない対象者での値（{n_ja} 回の分割の平均）：{said}。",
        n=counted(len(trials.splits), "split"), n_ja=len(trials.splits),
        said=("; ".join(each[0] for each in said), "、".join(each[1] for each in said)),
    )  # fmt: skip


def effect_of_copies(trials: Trials, without: Trials) -> Bilingual:
    """Say what learning from changed copies did, in the same splits."""
    code = HEADLINES[trials.target.kind][0]
    if gain_over(trials, without, code).value is None:
        return "", ""
    return in_both(
        "Learning from augmented copies as well changed {name} by {gain} in the same splits: "
        "{verdict}.",
        "変化させたコピーも学習に使うと、同じ分割での{name}の変化は {gain}（{verdict}）。",
        name=figure_name(code), gain=gain_words(trials, without, code),
        verdict=GAINS[gain_verdict(trials, without, code)],
    )  # fmt: skip


def cautions(made: AdaptedEstimator) -> Iterator[Bilingual]:
    """Say what to know before the estimator is used or its figures are quoted."""
    labelled = made.embedded.labelled
    yield from notices_of(cited_outputs(made.prepared.base))
    if made.trials is not None:
        yield from nothing_learnt(headline_figures(made.trials)[0])
    yield from few_people(labelled, new_output(made))
    if made.fitted.at_edge:
        weakest = made.fitted.strength == made.fitted.strengths[0].strength
        yield (
            (
                "The weakest penalty that was tried was chosen; a weaker one might do better.",
                "試した中で最も弱い罰則が選ばれました。さらに弱いほうがよい可能性があります。",
            )
            if weakest
            else (
                "The strongest penalty that was tried was chosen: there is little to learn from "
                "these embeddings.",
                "試した中で最も強い罰則が選ばれました。この埋め込みから学べることはわずかです。",
            )
        )
    if made.embedded.unchanged:
        yield in_both(
            "{n} augmented copies could not be read; the photograph itself was used instead.",
            "変化させたコピーのうち {n} 枚は読み込めず、もとの写真で代用しました。",
            n=made.embedded.unchanged,
        )
    yield from notes_of(labelled.flow)
    if made.trials is not None:
        yield from persons_unsure(labelled)
