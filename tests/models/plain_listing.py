"""The listing of a study as one would write it for a few photographs, to compare with."""
# ruff: noqa: PTH100, PTH112, PTH118, PTH120

import os
from itertools import pairwise

from gantei.photographs.eye_names import side_in_name
from gantei.photographs.path_spelling import printable, unescaped


def plain_listing(paths, lines, root=None, list_folder="."):
    """The names of the photographs and the side that each tells, in order.

    In folders it takes what ends in .jpg.
    """
    found = dict.fromkeys(os.path.abspath(each) for each in paths)
    found |= dict.fromkeys(_found(line, root, list_folder) for line in lines if line.strip())
    files, folders = {}, []
    for path in found:
        below = _below(path) if os.path.isdir(path) else [path]
        folders.append(path if os.path.isdir(path) else os.path.dirname(path))
        files |= dict.fromkeys(below)
    top = os.path.commonpath(folders) if root is None else os.path.abspath(root)
    names = sorted(printable(os.path.relpath(path, top)) for path in files)
    assert all(one < other for one, other in pairwise(names))
    return [(name, _side(name, names)) for name in names]


def _found(line, root, list_folder):
    places = [place for place in (root, ".", list_folder) if place is not None]
    spellings = (line, unescaped(line), line.replace("\\", "/"))
    paths = [os.path.abspath(os.path.join(place, each)) for each in spellings for place in places]
    return next(filter(os.path.exists, paths), paths[0])


def _below(folder):
    for parent, _, names in os.walk(folder):
        yield from (os.path.join(parent, name) for name in names if name.endswith(".jpg"))


def _side(name, names):
    """By a look at all other names for each."""
    told = side_in_name(name)
    others = [side_in_name(each).side for each in names if side_in_name(each).key == told.key]
    return told.side if told.sure or sorted(map(str, others)) == ["left", "right"] else None
