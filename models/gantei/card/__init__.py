"""Model cards: a manifest and its provenance as a page for people, nothing typed by hand.

`composed_of` puts an estimator's card together; `as_markdown`, `as_terminal_text` and `as_page`
write it. `check` finds what in a card is not what the estimator's folder says.
"""

from .checking import check
from .markdown import as_markdown
from .page import as_page
from .terminal import as_terminal_text
from .writing import card, composed, composed_of

__all__ = ["as_markdown", "as_page", "as_terminal_text", "card", "check", "composed", "composed_of"]
