"""`python -m gantei.card model_cards`: the card of every estimator that comes with gantei.

Those that come whole get theirs into their own folder too.
"""

import sys
from pathlib import Path

from ..catalogue.entries import shipped
from ..estimator.folder_files import CARD
from ..system.files import atomic_write
from .markdown import as_markdown
from .writing import composed_of


def main() -> None:
    """Write the cards of the catalogue into the folder that is named."""
    folder = Path(sys.argv[1])
    for entry in shipped():
        paths = [folder / f"{entry.name}.md"]
        if entry.manifest.weights:
            paths.append(entry.folder / CARD)
        for path in paths:
            with atomic_write(path) as file:
                file.write(as_markdown(composed_of(entry)).encode())


if __name__ == "__main__":
    main()
