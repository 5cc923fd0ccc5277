"""What a report on missing sex says first, and what to know before it is quoted."""

from collections.abc import Iterator

from ..findings.wording import word_of
from ..pages.bilingual import Bilingual, class_of, in_both, listed
from ..pages.flow_parts import notes_of
from ..pages.known_manifest import notices_of
from ..plots.style import decimals, signed
from ..statistics.reasons import REASONS
from ..statistics.rubins_rules import CombinedEstimate
from .combined_analysis import SexDifference
from .imputation import Imputation

TITLE: Bilingual = ("Missing sex", "欠測した性別")
LEAD: Bilingual = (
    "What the estimates say about people whose sex is not recorded. Intervals are 95%, and count "
    "persons.",
    "性別の記録がない人について推定から分かることです。区間は 95% で、対象者を単位とします。",
)
ASSUMES: Bilingual = (
    "The imputed sets assume that sex is missing at random: among people with the same estimate, "
    "outcome and covariates, whether the sex is missing does not depend on the sex. These data "
    "cannot test that; the shifted sets show how far the answer would move.",
    "補完は、推定値、アウトカム、共変量が同じ人の間では、性別の欠測が性別そのものによらないこと"
    "（MAR）を仮定しています。この仮定はデータから確かめられません。ロジットをずらしたセットで、"
    "結果がどれだけ動くかを示します。",
)
NO_OUTCOME: Bilingual = (
    "No sets were imputed, because --with names no outcome. Sets that are drawn without the "
    "outcome of the analysis pull the difference between the sexes towards zero, and their 95% "
    "intervals miss it too often.",
    "--with でアウトカムが指定されていないため、補完は行っていません。解析のアウトカムを使わずに補"
    "完すると、男女差が小さい方に偏り、95% 区間が真の値を含まないことが多くなります。",
)
SEVERAL_CATEGORIES: Bilingual = (
    "The outcome has more than two categories: the sets are in imputed.csv, but no analysis is "
    "combined here. For that, name an outcome with two values, or a number.",
    "アウトカムが 3 つ以上の区分をもつため、ここでは統合した解析を示しません（セットは imputed.csv "
    "にあります）。二値または数値のアウトカムを指定してください。",
)
ONE_LINE: Bilingual = (
    "People with one eye and with two share one calibration: with one eye, or with two, fewer than "
    "50 people have a recorded sex, or fewer than 20 of one sex.",
    "性別の記録がある人が、片眼または両眼のどちらかで 50 人（または男女どちらかで 20 人）に満たない"
    "ため、眼の数によらず一つの較正を使いました。",
)
CANNOT_SAY: tuple[Bilingual, ...] = (
    (
        "Anybody's sex: a probability is not a record. Do not write it back.",
        "個々の対象者の性別（確率は記録ではありません。記録に書き戻さないでください）。",
    ),
    (
        "Any other analysis: the sets serve the outcome and the covariates that --with names. For "
        "others, impute again with those.",
        "別の解析（セットは --with で指定したアウトカムと共変量のためのものです。ほかの解析には、"
        "その変数を指定して補完し直してください）。",
    ),
)


def found(imputation: Imputation) -> Iterator[Bilingual]:
    """Say what was found, a sentence each."""
    every, people = imputation.counts[0], imputation.read.people
    yield in_both(
        "Sex is missing for {missing} of {all} people. By the calibrated estimates, {of} "
        "({of_range}) of them are expected to be {label}; if each were given the likelier sex, "
        "{wrong} ({wrong_range}) of the {missing} would be expected to be wrong.",
        "{all} 人中 {missing} 人の性別が欠測しています。較正した推定によると、そのうち{label}は "
        "{of} 人（{of_range}）と見込まれます。全員に可能性の高い方の性別を与えると、"
        "{missing} 人中 {wrong} 人（{wrong_range}）が誤りになると見込まれます。",
        missing=every.missing, all=len(people), label=class_of(people.output, 1),
        of=f"{every.of_class_1.value:.1f}", wrong=f"{every.wrong.value:.1f}",
        of_range=_range(every.of_class_1.low, every.of_class_1.high, 1),
        wrong_range=_range(every.wrong.low, every.wrong.high, 1),
    )  # fmt: skip
    yield from (_difference(imputation, adjusted) for adjusted in adjustments(imputation))


def adjustments(imputation: Imputation) -> list[bool]:
    """Give which analyses there are: without covariates, and with them."""
    return list(dict.fromkeys(each.adjusted for each in imputation.differences))


def row_of(imputation: Imputation, *, adjusted: bool, method: str) -> SexDifference:
    """Give one comparison of the outcome, without a shift."""
    return next(
        each
        for each in imputation.differences
        if (each.adjusted, each.method, each.shift) == (adjusted, method, 0.0)
    )


def _difference(imputation: Imputation, adjusted: bool) -> Bilingual:
    imputed = row_of(imputation, adjusted=adjusted, method="imputed")
    complete = row_of(imputation, adjusted=adjusted, method="complete-cases")
    if imputed.estimate is None:
        return in_both(
            "{what}: no result, because {why}.", "{what}：結果なし（{why}）。",
            what=compared(imputation, adjusted=adjusted), why=REASONS[imputed.why],
        )  # fmt: skip
    told = in_both(
        "{what}: {value} from {sets} imputed sets of {people} people",
        "{what}：補完した {sets} セット（{people} 人）で {value}",
        what=compared(imputation, adjusted=adjusted), people=imputed.people,
        sets=imputation.options.sets, value=estimate_text(imputation, imputed.estimate),
    )  # fmt: skip
    if complete.estimate is None:
        return f"{told[0]}.", f"{told[1]}。"
    return in_both(
        "{told}; {value} in the {people} people whose sex is recorded (complete cases). Fraction "
        "of missing information: {fraction}.",
        "{told}、性別の記録がある {people} 人（完全ケース）で {value}。欠測情報の割合は "
        "{fraction}。",
        told=told, value=estimate_text(imputation, complete.estimate), people=complete.people,
        fraction=f"{imputed.estimate.fraction_missing:.3f}",
    )  # fmt: skip


def compared(imputation: Imputation, *, adjusted: bool) -> Bilingual:
    """Name what is compared, such as `hba1c, male minus female, adjusted for age`."""
    outcome, output = imputation.outcome, imputation.read.people.output
    if outcome is None:
        return "", ""
    names = {"one": class_of(output, 1), "other": class_of(output, 0)}
    if outcome.scale == "log-odds-ratio":
        told = in_both(
            "odds ratio of {outcome} {value}, {one} against {other}",
            "{outcome} が {value} のオッズ比（{other}に対する{one}）",
            outcome=outcome.column.given, value=outcome.positive, **names,
        )  # fmt: skip
    else:
        told = in_both(
            "{outcome}, {one} minus {other}", "{outcome} の差（{one} − {other}）",
            outcome=outcome.column.given, **names,
        )  # fmt: skip
    if not adjusted:
        return told
    covariates = imputation.options.columns[1:]
    return in_both(
        "{told}, adjusted for {en}", "{told}、{ja}で調整", told=told,
        en=listed(covariates)[0], ja="・".join(word_of(each, "ja") for each in covariates),
    )  # fmt: skip


def estimate_text(imputation: Imputation, found: CombinedEstimate) -> Bilingual:
    """Write an estimate with its interval, odds ratios as such."""
    value, low, high = scaled(imputation, found)
    digits = decimals(high - low)
    return in_both(
        "{value} ({range})", "{value}（{range}）", value=signed(value, digits, plus=False),
        range=_range(low, high, digits),
    )  # fmt: skip


def scaled(imputation: Imputation, found: CombinedEstimate) -> tuple[float, float, float]:
    """Give value, low and high as they are shown: of a log odds ratio, the odds ratio's."""
    from math import exp

    told = (found.value, found.low, found.high)
    if imputation.outcome is not None and imputation.outcome.scale == "log-odds-ratio":
        value, low, high = (exp(each) for each in told)
        return value, low, high
    return told


def cautions(imputation: Imputation) -> Iterator[Bilingual]:
    """Say what to know before quoting it."""
    yield from notices_of([imputation.read.people.output])
    if imputation.imputed is None:
        yield NO_OUTCOME
    else:
        yield ASSUMES
        left_out = len(imputation.imputed.exclusions)
        if left_out:
            yield in_both(
                "{n} people have no value, or several, of a column that --with names, and are in "
                "no set; excluded.csv lists them.",
                "--with で指定した値がないか、一つに定まらない {n} 人は、どのセットにも入っていま"
                "せん（excluded.csv に一覧があります）。",
                n=left_out,
            )
        if imputation.outcome is not None and imputation.outcome.scale is None:
            yield SEVERAL_CATEGORIES
        yield from _too_few_sets(imputation)
    if not imputation.calibrated.by_eyes:
        yield ONE_LINE
    yield from notes_of(imputation.read.joined.flow)


def _too_few_sets(imputation: Imputation) -> Iterator[Bilingual]:
    """Ask for as many sets as hundredths of the information are missing."""
    from math import ceil

    needed = max(
        (
            each.estimate.fraction_missing * 100
            for each in imputation.differences
            if each.estimate is not None and each.method == "imputed" and not each.shift
        ),
        default=0.0,
    )
    if ceil(needed) > imputation.options.sets:
        yield in_both(
            "Use --sets {n} or more: at least as many sets as percent of the information is "
            "missing.",
            "欠測情報の割合（%）に対してセットが足りません。--sets {n} 以上にしてください。",
            n=ceil(needed),
        )


def _range(low: float, high: float, digits: int) -> Bilingual:
    told = [signed(each, digits, plus=False) for each in (low, high)]
    return f"{told[0]} to {told[1]}", f"{told[0]}〜{told[1]}"
