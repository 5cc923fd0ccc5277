"""One name for one thing: modules within a package, classes and type aliases over all of them."""

import ast
from collections import defaultdict

import pytest

from .sources import PACKAGES, TOP, modules, tree_of

SHARED = {"__init__", "__main__"}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_two_modules_of_a_package_have_one_name(package):
    places = defaultdict(list)
    for path in modules(package).values():
        if path.stem not in SHARED:
            places[path.stem].append(str(path.relative_to(TOP)))
    assert _repeated(places) == {}


def test_no_two_classes_or_type_aliases_have_one_name():
    places = defaultdict(list)
    for package in PACKAGES:
        for path in modules(package).values():
            for name in _types_of(tree_of(path)):
                places[name].append(str(path.relative_to(TOP)))
    assert _repeated(places) == {}


def test_no_test_module_is_imported():
    imported = defaultdict(list)
    for path in sorted((TOP / "tests").rglob("*.py")):
        for name in _imported_names(tree_of(path)):
            if name.startswith("test_"):
                imported[name].append(str(path.relative_to(TOP)))
    assert imported == {}, "one that is skipped for a package takes these with it"


def _imported_names(tree):
    """Give the last names of the modules that are imported, and the names taken from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (one.name.rpartition(".")[2] for one in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.rpartition(".")[2]


def _repeated(places):
    return {name: found for name, found in places.items() if len(found) > 1}


def _types_of(tree):
    """Give the names of a module's own classes and type aliases, private ones too."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and _is_type(node.value):
            yield from (one.id for one in node.targets if isinstance(one, ast.Name))
        elif isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.unparse(node.annotation):
            yield ast.unparse(node.target)


def _is_type(value):
    """Whether a value is a type: `dict[str, Any]`, `Literal[...]`, `A | B`, `NDArray[...]`."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
        return _is_type(value.left) or _is_type(value.right)
    if isinstance(value, ast.Subscript):
        return _is_type_name(value.value)
    return False


def _is_type_name(value):
    name = ast.unparse(value).rpartition(".")[2]
    return name in {"dict", "list", "tuple", "set", "frozenset", "type"} or name[:1].isupper()
