"""What somebody may have meant who wrote a name that is not known."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word that is most like this one, as the end of a message; `""` if none is.

    >>> from gantei.system.suggestion import did_you_mean
    >>> did_you_mean("demo-sx", ["demo-age", "demo-sex"])
    '; did you mean demo-sex?'
    >>> did_you_mean("retina", ["demo-age", "demo-sex"])
    ''
    """
    alike = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {alike[0]}?" if alike else ""
