"""An input is made from a recipe: numbers of which each seeds one more round of changes."""

from random import Random

from .families import FAMILIES


def kind_of(seed, recipe, family="keras"):
    """Return which kind of input a recipe makes."""
    shares = FAMILIES[family].SHARES
    return Random(f"{seed}/{recipe[0]}/kind").choices(list(shares), list(shares.values()))[0]


def make(seed, recipe, folder, family="keras"):
    """Write the input of a recipe into a folder and return its path; the same file each time."""
    kind = kind_of(seed, recipe, family)
    made = FAMILIES[family].KINDS[kind](Random(f"{seed}/{recipe[0]}/start"))
    for number in recipe:
        made.change(Random(f"{seed}/{number}/change"))
    return made.write(folder, Random(f"{seed}/{recipe}/write"))
