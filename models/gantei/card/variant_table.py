"""The measured table of a variant, as rows of text for a terminal and for its card."""

from collections.abc import Sequence

from ..manifests.manifest import Drift, ReducedDecoding, Variant
from ..terminal.text_table import text_table

DRIFT_HEADER = ("VALUE", "UNIT", "MEAN", "95 %", "LARGEST", "LIMIT", "CHANGED LABELS")
COST_HEADER = ("COST", "UNIT", "FLOAT32", "VARIANT", "FLOAT32 / VARIANT")


def variant_heading(variant: Variant) -> str:
    """Say what is compared, and on how many photographs."""
    calibrated = f"; calibrated on {variant.calibrated_on} others" if variant.calibrated_on else ""
    return (
        f"{variant.precision} against float32 of {variant.of}, difference on "
        f"{variant.measured_on} photographs{calibrated}"
    )


def decoding_heading(measured: ReducedDecoding) -> str:
    """Say what is compared, and on which photographs."""
    return (
        f"large JPEGs decoded at reduced size against full size, difference on "
        f"{measured.measured_on} photographs ({measured.photographs})"
    )


def decoding_text(measured: ReducedDecoding) -> str:
    """The table of a permission to decode at reduced size, for a terminal."""
    return f"{decoding_heading(measured)}\n\n{text_table(DRIFT_HEADER, drift_rows(measured.drift))}"


def drift_rows(drift: Sequence[Drift]) -> list[tuple[str, ...]]:
    """One row a value, under `DRIFT_HEADER`."""
    return [
        (
            each.value,
            each.unit,
            *(f"{number:.3g}" for number in (each.mean, each.percentile_95, each.largest)),
            f"{each.limit:g}" + ("" if each.kept else " broken"),
            "-" if each.changed_labels is None else str(each.changed_labels),
        )
        for each in drift
    ]


def cost_rows(variant: Variant) -> list[tuple[str, ...]]:
    """One row a cost, under `COST_HEADER`."""
    return [
        (
            each.quantity,
            each.unit,
            f"{each.float32:.3g}",
            f"{each.variant:.3g}",
            f"{each.float32 / each.variant:.2f}",
        )
        for each in variant.cost
    ]


def variant_text(variant: Variant) -> str:
    """The whole table for a terminal."""
    return "\n\n".join(
        (
            variant_heading(variant),
            text_table(DRIFT_HEADER, drift_rows(variant.drift)),
            text_table(COST_HEADER, cost_rows(variant)),
        )
    )
