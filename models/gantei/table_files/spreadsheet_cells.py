"""Texts that a spreadsheet would calculate: how they are defused, and how that is undone.

The service's page writes its tables by the same rule (`csv.js`).
"""

import re

_CALCULATED = re.compile(r"'*(?:[\s\x00-\x1f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
"""Beginnings of what Excel, Calc or Sheets would calculate; where Japanese is written they take
the wide forms for the others. Apostrophes before it are counted in, so that defusing can be undone
whatever the text."""


def defused(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would calculate.

    >>> from gantei.table_files.spreadsheet_cells import defused
    >>> defused("=1+1.jpg"), defused("a=1.jpg")
    ("'=1+1.jpg", 'a=1.jpg')
    """
    if text[:1].isalnum():  # as most do, and nothing that is calculated
        return text
    return f"'{text}" if _CALCULATED.match(text) else text


def undefused(text: str) -> str:
    """Give back what `defused` was given."""
    return text[1:] if text.startswith("'") and _CALCULATED.match(text[1:]) else text
