"""One thing to know before a figure of an age gap is quoted, and how a paper says it."""

from dataclasses import dataclass

from ..pages.bilingual import Bilingual, in_both


@dataclass(frozen=True, slots=True)
class GapCaution:
    """A caution.

    Attributes:
        text: for the page and the terminal, with what to do.
        methods: the bare fact, for the paragraph on methods; empty where it has none.
    """

    text: Bilingual
    methods: Bilingual = ("", "")


def caution(
    text: Bilingual, methods: Bilingual = ("", ""), /, **values: Bilingual | str | float
) -> GapCaution:
    """Fill values into both, in both languages."""
    return GapCaution(in_both(*text, **values), in_both(*methods, **values))
