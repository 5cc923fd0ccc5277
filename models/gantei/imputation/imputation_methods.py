"""A paragraph on methods to print, written from what was really done to missing sexes."""

from collections.abc import Iterator

from ..pages.bilingual import Bilingual, class_of, in_both, joined_in_both
from ..pages.methods_parts import estimators_sentence, flow_sentence, software_sentence
from .combined_analysis import SHIFTS
from .imputation import Imputation


def imputation_methods(imputation: Imputation) -> Bilingual:
    """Say in a paragraph what was done, in English and Japanese."""
    return joined_in_both(_sentences(imputation))


def _sentences(imputation: Imputation) -> Iterator[Bilingual]:
    read = imputation.read
    people = read.people
    yield estimators_sentence([people.output])
    yield flow_sentence(read.joined.flow, *(each.sha256 for each in read.files))
    yield in_both(
        "Sex was recorded for {known} people and missing for {missing}. Logits of the estimates "
        "were averaged over the photographs of an eye, then over the eyes of a person, and "
        "calibrated on the people whose sex was recorded by logistic regression of sex on the "
        "logit{eyes}, with Firth's penalty (doi 10.1093/biomet/80.1.27). The number of people for "
        "whom the likelier sex would be wrong was computed from the calibrated probabilities; its "
        "prediction interval includes the uncertainty of the calibration.",
        "性別の記録があったのは {known} 人、なかったのは {missing} 人である。推定値のロジットは片眼"
        "の写真で平均し、次に両眼で平均した。性別の記録がある人で、性別をロジットに回帰させるロジス"
        "ティック回帰{eyes}により較正した（Firth の罰則、doi 10.1093/biomet/80.1.27）。"
        "可能性の高い方の性別が誤りとなる人数は、較正した確率を合計して求め、その予測区間には較正の"
        "不確かさを含めた。",
        known=int(people.is_recorded.sum()), missing=int((~people.is_recorded).sum()),
        eyes=(", with a line each for people with one eye and with two",
              "（片眼の人と両眼の人で別の直線）") if imputation.calibrated.by_eyes else ("", ""),
    )  # fmt: skip
    yield from _imputed(imputation)
    yield software_sentence()


def _imputed(imputation: Imputation) -> Iterator[Bilingual]:
    if imputation.imputed is None:
        yield ("Missing sexes were not imputed.", "欠測した性別の補完は行わなかった。")
        return
    outcome, *covariates = imputation.options.columns
    by_eyes = imputation.calibrated.by_eyes
    yield in_both(
        "Missing sexes were imputed {sets} times from a logistic model of sex on the logit of the "
        "estimate{eyes}, the outcome ({outcome}){covariates}, fitted with the same penalty on "
        "{known} people whose sex was recorded; its coefficients were drawn anew for each set from "
        "a normal distribution (proper imputation, seed {seed}).",
        "欠測した性別は、推定値のロジット{eyes}、アウトカム（{outcome}）{covariates}を説明変数とす"
        "る性別のロジスティック回帰により {sets} 回補完した。モデルは性別の記録がある {known} "
        "人に同じ罰則で当てはめ、係数はセットごとに正規分布から引き直した（proper imputation、"
        "乱数の種 {seed}）。",
        sets=imputation.options.sets, outcome=outcome, seed=imputation.options.seed,
        eyes=(" by number of eyes", "（眼の数ごと）") if by_eyes else ("", ""),
        covariates=(f" and covariates ({', '.join(covariates)})",
                    f"、共変量（{'、'.join(covariates)}）") if covariates else ("", ""),
        known=int((imputation.imputed.used & ~imputation.imputed.missing).sum()),
    )  # fmt: skip
    yield from _combined(imputation)


def _combined(imputation: Imputation) -> Iterator[Bilingual]:
    outcome = imputation.outcome
    if outcome is None or outcome.scale is None:
        return
    is_linear = outcome.scale == "mean-difference"
    yield in_both(
        "The outcome was compared between the sexes ({one} against {other}) by {model} regression "
        "in each set and combined by Rubin's rules with the degrees of freedom of Barnard and "
        "Rubin (doi 10.1093/biomet/86.4.948), beside the complete cases. Missingness at random "
        "given the estimate, the outcome and the covariates was assumed; for sensitivity, the "
        "logits of people with missing sex were shifted by {shifts}.",
        "アウトカムの男女差（{other}に対する{one}）は、セットごとに{model}回帰で求め、Rubin "
        "の規則と Barnard・Rubin の自由度（doi 10.1093/biomet/86.4.948）で統合し、"
        "完全ケースの結果と並べて示した。推定値、アウトカム、共変量を条件とする MAR を仮定し、"
        "感度分析として性別の記録がない人のロジットを {shifts} ずらした。",
        one=class_of(imputation.read.people.output, 1),
        other=class_of(imputation.read.people.output, 0),
        model=("linear", "線形") if is_linear else ("logistic", "ロジスティック"),
        shifts=(", ".join(f"{each:g}".replace("-", "−") for each in SHIFTS),
                "、".join(f"{each:g}".replace("-", "−") for each in SHIFTS)),
    )  # fmt: skip
