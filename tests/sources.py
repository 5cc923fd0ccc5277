"""The source of the three packages as trees: what modules there are, and what each imports."""

import ast
from functools import cache
from pathlib import Path

TOP = Path(__file__).parent.parent
PACKAGES = {
    "gantei": TOP / "models/gantei",
    "gantei_export": TOP / "export/gantei_export",
    "gantei_service": TOP / "service/gantei_service",
}


@cache
def tree_of(path):
    """Parse a file of Python."""
    return ast.parse(path.read_text("utf-8"))


def modules(package):
    """Give every module of a package by its full name; a folder's `__init__` has the folder's."""
    root = PACKAGES[package]
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_between_modules(package):
    """Give for each module those of its package that it imports, wherever the import stands.

    Also imports inside functions and under TYPE_CHECKING.
    """
    known = modules(package)
    return {
        name: {
            found
            for node in ast.walk(tree_of(path))
            for found in _named(node, name, path, known)
            if found != name
        }
        for name, path in known.items()
    }


def _named(node, name, path, known):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name in known]
    if not isinstance(node, ast.ImportFrom):
        return []
    target = node.module or ""
    if node.level:
        parts = name.split(".")
        inside = len(parts) - node.level + (path.name == "__init__.py")
        target = ".".join([*parts[:inside], *([node.module] if node.module else [])])
    if target not in known:
        return []
    both = [f"{target}.{alias.name}" for alias in node.names]
    return [one if one in known else target for one in both]
