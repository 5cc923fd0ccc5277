"""An input is made from a recipe: numbers of which each seeds one more round of changes."""

from random import Random

from .of_archives import Archive
from .of_bytes import Bytes
from .of_configurations import Network
from .of_structures import Structure

KINDS = {"configuration": Network, "bytes": Bytes, "structure": Structure, "archive": Archive}
_SHARES = {"configuration": 55, "bytes": 20, "structure": 17, "archive": 8}


def kind_of(seed, recipe):
    """Return which kind of input a recipe makes."""
    return Random(f"{seed}/{recipe[0]}/kind").choices(list(_SHARES), list(_SHARES.values()))[0]


def make(seed, recipe, folder):
    """Write the input of a recipe into a folder and return its path; the same file each time."""
    made = KINDS[kind_of(seed, recipe)](Random(f"{seed}/{recipe[0]}/start"))
    for number in recipe:
        made.change(Random(f"{seed}/{number}/change"))
    return made.write(folder, Random(f"{seed}/{recipe}/write"))
