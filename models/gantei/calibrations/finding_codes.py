"""The findings that are about calibrated values alone, whatever is to be known of the raw ones."""

OF_CALIBRATIONS = frozenset(
    {
        "outside-calibrated-ages",
        "outside-calibrated-estimates",
        "too-few-calibrated",
        "unlike-calibrated",
    }
)
"""Codes of what `SiteCalibrator` finds."""
