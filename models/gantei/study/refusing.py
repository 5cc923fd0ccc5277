"""`--refuse`: photographs with certain findings get an error in the place of values."""

from collections.abc import Collection
from dataclasses import replace

from ..errors import PhotographError, SettingError
from ..findings.wording import has_short_text
from ..inference.prediction import PhotographResult


def check_codes(codes: Collection[str]) -> None:
    """Refuse a code that no finding on a photograph has.

    Raises:
        SettingError: there is one.
    """
    for code in codes:
        if not has_short_text(code):
            raise SettingError(
                f"--refuse {code}: no finding on a photograph has that code; docs/findings.md "
                "lists all of them"
            )


def without_refused(result: PhotographResult, codes: Collection[str]) -> PhotographResult:
    """Give an error, with the finding as its reason, in the place of a result that has one."""
    if not codes or result.error is not None:
        return result
    found = (*result.photograph_findings, *(each for one in result.findings for each in one))
    refused = next((finding for finding in found if finding.code in codes), None)
    if refused is None:
        return result
    return replace(
        result, values=(), findings=(), embeddings=(), explanations=(), units=(), calibrated=(),
        distances=(),
        error=PhotographError(refused, result.source, result.sha256),
    )  # fmt: skip
