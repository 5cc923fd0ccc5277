"""What a number of the network is taken for, in English and Japanese."""

from gantei.pages.bilingual import Bilingual

from .age_scale import AgeScale
from .performance import Performance

MEANINGS: dict[str, Bilingual] = {
    "years": ("years", "歳"),
    "hundredths": ("hundredths of a year", "100分の1歳"),
}


def scale_lines(performance: Performance) -> list[Bilingual]:
    """How a number is read, and why that is not written where it is not."""
    name, lines = performance.output, list[Bilingual]()
    if performance.scale is not None:
        lines.append(scale_words(name, performance.scale))
        lines += _withheld(performance, performance.scale)
    if performance.told_scale is not None:
        told = scale_words(name, performance.told_scale)
        lines.append(
            (f"this differs from what is stated: {told[0]}", f"記載と異なります：{told[1]}")
        )
    return lines


def scale_words(output: str, scale: AgeScale) -> Bilingual:
    """What a number is taken for, by the slope of the line through the labels."""
    slope = f"{scale.slope:.3g}"
    if scale.meaning in MEANINGS:
        unit = MEANINGS[scale.meaning]
        return (
            f"{output}: the number rises by {slope} per year of age, so it is taken as {unit[0]}; "
            f"the bias is {scale.bias:+.1f} years",
            f"{output}：1歳あたり{slope}増えるため、単位を{unit[1]}とみなします（平均のずれ"
            f"{scale.bias:+.1f}歳）",
        )
    line = f"number × {scale.scale:.4g} {scale.offset:+.4g}"
    return (
        f"{output}: a line fitted to these people, {line}; it is not the publisher's scale",
        f"{output}：この対象者に当てはめた直線（{line}）で、公開元の尺度ではありません",
    )


def _withheld(performance: Performance, scale: AgeScale) -> list[Bilingual]:
    key, lines = f"output.{performance.output}.scale", list[Bilingual]()
    if scale.doubtful:
        lines.append(
            (
                f"{key} is doubtful, and is not written: the mean absolute error is "
                f"{scale.error:.1f} years, and that of a line fitted to these people "
                f"{scale.line_error:.1f}; the number may have another unit. If you know its unit, "
                "state it with gantei set",
                f"{key} は疑わしいため書き込みません。平均絶対誤差は{scale.error:.1f}歳、この対象者"
                f"に当てはめた直線では{scale.line_error:.1f}歳です。別の単位かもしれません。単位が"
                "分かれば gantei set で示してください",
            )
        )
    if performance.unsettled:
        lines.append(
            (
                f"{key} is not written, since it depends on {', '.join(performance.unsettled)}, "
                "not settled yet",
                f"{key} は、未決定の {'、'.join(performance.unsettled)} によって変わるため、"
                "書き込みません",
            )
        )
    return lines
