"""The columns of an estimator: its values, what a calibration makes of each, and the distance."""

from collections.abc import Iterator, Sequence

from ..calibrations.calibration import Calibration, LineCalibration
from ..errors import OutputError
from ..findings.wording import word_of
from ..inference.prediction import PhotographResult
from ..manifests.manifest import Binary, Categorical, Regression
from .backends import AnyEstimator
from .leading_columns import LISTED, Column

CALIBRATED = ("calibrated", "low", "high")
"""What stands behind the name of a value where it is calibrated."""
DISTANCE = "distance"
"""What stands behind the name of an estimator whose embeddings a calibration knows."""


def estimate_columns(estimator: AnyEstimator) -> list[Column]:
    """Give all columns of an estimator, those of a calibration right behind each value."""
    calibration, found = estimator.calibration, []
    for column, output in zip(value_columns(estimator), _outputs(estimator), strict=True):
        found.append(column)
        if calibration is not None and output in calibration.outputs:
            found += _calibrated_columns(column, calibration, output)
    if calibration is not None and estimator.measures_distance:
        found.append(_distance_column(estimator, calibration))
    return found


def estimate_cells(
    estimator: AnyEstimator, result: PhotographResult, index: int
) -> Iterator[float | None]:
    """Give the cells of a photograph without an error, in the order of `estimate_columns`."""
    calibration = estimator.calibration
    for key, output in zip(estimator.manifest.value_names(), _outputs(estimator), strict=True):
        yield result.values[index][key]
        if calibration is not None and output in calibration.outputs:
            found = result.calibrated[index].get(key)
            if found is None:
                raise OutputError(f"{estimator.name}: {result.source} has no calibrated {key}")
            yield from (found.value, found.low, found.high)
    if estimator.measures_distance:
        yield result.distances[index]


def value_places(estimators: Sequence[AnyEstimator], listed: int) -> list[int]:
    """Give the places of the values in a row, without those of calibrations.

    `listed` columns of a list stand before them.
    """
    values = {column.name for each in estimators for column in value_columns(each)}
    columns = [column for each in estimators for column in estimate_columns(each)]
    return [
        LISTED + listed + place for place, column in enumerate(columns) if column.name in values
    ]


def check_names(columns: Sequence[Column]) -> None:
    """Refuse a table in which two columns would have one name.

    Raises:
        OutputError: a class is called as a column of the calibration is, such as `male.low`.
    """
    names = [column.name for column in columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise OutputError(f"two columns would be called {twice}: leave --calibration out")


def calibration_columns(estimator: str, columns: Sequence[str]) -> list[str]:
    """Name what a calibration adds to an estimator's columns of values.

    >>> from gantei.study.estimate_columns import calibration_columns
    >>> calibration_columns("demo-age", ["demo-age.age"])[:2]
    ['demo-age.age.calibrated', 'demo-age.age.low']
    """
    beside = [f"{column}.{suffix}" for column in columns for suffix in CALIBRATED]
    return [*beside, f"{estimator}.{DISTANCE}"]


def value_columns(estimator: AnyEstimator) -> list[Column]:
    """Give the columns of an estimator's values."""
    manifest = estimator.manifest
    sha256 = manifest.weights.sha256 if manifest.weights else ""
    return [
        Column(
            f"{estimator.name}.{value}",
            "number",
            *_meaning(name, value, spec),
            estimator=estimator.name,
            weights_sha256=sha256,
        )
        for name, spec in manifest.output.items()
        for value in spec.value_names(name)
    ]


def _meaning(
    name: str, value: str, spec: Regression | Binary | Categorical
) -> tuple[str, str, str, str]:
    """Give meaning, meaning in Japanese, unit and range of one value."""
    if spec.kind == "regression":
        seen = (
            "" if spec.range == "unknown" else f"training: {spec.range[0]:g} to {spec.range[1]:g}"
        )
        return f"estimated {name}", f"{word_of(name, 'ja')}の推定値", spec.unit, seen
    japanese = f"{word_of(value, 'ja')}である確率"
    return f"probability of {value}", japanese, "probability", "0 to 1"


def _outputs(estimator: AnyEstimator) -> Iterator[str]:
    """The name of the output of each value."""
    for name, spec in estimator.manifest.output.items():
        yield from (name for _ in spec.value_names(name))


def _calibrated_columns(column: Column, calibration: Calibration, output: str) -> Iterator[Column]:
    fitted, site = calibration.outputs[output], calibration.site
    is_number = isinstance(fitted, LineCalibration)
    percent = f"{100 * calibration.level:g}"
    ends = _ends_of_number if is_number else _ends_of_probability
    meanings = [
        (
            f"{column.meaning}, calibrated at {site} on {fitted.people} people",
            f"{column.meaning_ja}を {site} の {fitted.people} 人で較正した値",
        ),
        *ends(output, site, percent),
    ]
    for suffix, (meaning, japanese) in zip(CALIBRATED, meanings, strict=True):
        yield Column(
            f"{column.name}.{suffix}",
            "number",
            meaning,
            japanese,
            column.unit,
            "" if is_number else column.range,
            column.estimator,
            column.weights_sha256,
        )


def _ends_of_number(output: str, site: str, percent: str) -> Iterator[tuple[str, str]]:
    for end, japanese in (("from", "下限"), ("up to", "上限")):
        yield (
            f"{end} where the real {output} of a new person lies, for {percent} % of people like "
            f"those of {site} (split-conformal, by band of the estimate); empty where too few of "
            "them had such an estimate",
            f"{site} の人と同様の新しい人の実際の{word_of(output, 'ja')}が {percent}% の割合で入る"
            f"区間の{japanese}（推定値の帯ごとの分割コンフォーマル法）。同様の推定値の人が較正に"
            "少ない場合は空欄",
        )


def _ends_of_probability(_: str, site: str, percent: str) -> Iterator[tuple[str, str]]:
    for end, japanese in (("from", "下限"), ("up to", "上限")):
        yield (
            f"{end} where the calibrated probability lies, with {percent} % confidence, as far as "
            f"the people of {site} tell; empty where they are too few",
            f"較正後の確率の {percent}% 信頼区間の{japanese}（{site} の人数による不確かさ）。人数が"
            "少なすぎる場合は空欄",
        )


def _distance_column(estimator: AnyEstimator, calibration: Calibration) -> Column:
    return Column(
        f"{estimator.name}.{DISTANCE}",
        "number",
        "how far the photograph's embedding lies from those calibrated on at "
        f"{calibration.site}: 1 is their limit, and above it the photograph is unlike them",
        f"{calibration.site} で較正に用いた写真との、埋め込みベクトルの隔たり。1 が許容限界で、"
        "これを超える写真は較正に用いた写真と異なる",
        range="0 and more",
        estimator=estimator.name,
        weights_sha256=calibration.weights_sha256,
    )
