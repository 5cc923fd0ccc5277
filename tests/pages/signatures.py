"""Signatures as they stand in the source, and what the names in them mean."""

import ast
import builtins
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import FunctionType, ModuleType

LINE = 88


def node_of(thing: object) -> ast.ClassDef | ast.FunctionDef:
    """The definition of a class or function."""
    (node,) = ast.parse(inspect.cleandoc(f"\n{inspect.getsource(thing)}")).body
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    return node


def call(function: FunctionType, name: str) -> str:
    """How a function is called: `load(name: str, device: Device = "auto") -> Estimator`."""
    node = node_of(function)
    assert isinstance(node, ast.FunctionDef)
    arguments = list(_arguments(node.args, function.__globals__))
    if arguments and arguments[0] in ("self", "cls"):
        arguments.pop(0)
    constructs = function.__name__ == "__init__"
    returns = "" if constructs or node.returns is None else f" -> {_type(node.returns)}"
    line = f"{name}({', '.join(arguments)}){returns}"
    if len(line) <= LINE:
        return line
    return f"{name}(\n" + "".join(f"    {each},\n" for each in arguments) + f"){returns}"


def _arguments(args: ast.arguments, known: Mapping[str, object]) -> Iterator[str]:
    """The arguments, a default that is a constant's name by the constant's value."""
    plain = [*args.posonlyargs, *args.args]
    defaults = [*[None] * (len(plain) - len(args.defaults)), *args.defaults]
    for number, (each, default) in enumerate(zip(plain, defaults, strict=True), 1):
        yield _argument(each, default, known)
        if number == len(args.posonlyargs):
            yield "/"
    if args.vararg:
        yield f"*{_argument(args.vararg, None, known)}"
    elif args.kwonlyargs:
        yield "*"
    for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield _argument(each, default, known)
    if args.kwarg:
        yield f"**{_argument(args.kwarg, None, known)}"


def _argument(argument: ast.arg, default: ast.expr | None, known: Mapping[str, object]) -> str:
    kind = f": {_type(argument.annotation)}" if argument.annotation else ""
    if default is None:
        return argument.arg + kind
    value = repr(known[default.id]) if isinstance(default, ast.Name) else ast.unparse(default)
    return f"{argument.arg}{kind}{' = ' if kind else '='}{value}".replace("'", '"')


def _type(annotation: ast.expr) -> str:
    """An annotation without quotes around the whole of it."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation).replace("'", '"')


def property_type(each: property) -> str:
    """The type of a property."""
    node = node_of(each.fget)
    assert isinstance(node, ast.FunctionDef)
    assert node.returns is not None
    return _type(node.returns)


def alias(node: ast.Assign) -> str:
    """An alias as it is defined."""
    return ast.unparse(node).replace("'", '"')


def fields(node: ast.ClassDef) -> list[str]:
    """The annotated fields of a class, each with its type and its default, if that is plain."""
    lines = []
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and "ClassVar" not in ast.unparse(each.annotation):
            plain = each.value is not None and not isinstance(each.value, ast.Call)
            written = ast.unparse(each.value).replace("'", '"') if plain else ""
            default = f" = {written}" if plain else ""
            lines.append(f"{ast.unparse(each.target)}: {_type(each.annotation)}{default}")
    return lines


def names_in(annotations: list[ast.expr]) -> list[str]:
    """The names that annotations mention, also those in quotes, in order."""
    names = []
    for node in (each for annotation in annotations for each in ast.walk(annotation)):
        if isinstance(node, ast.Name):
            names.append(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names += re.findall(r"\w+", node.value)
    return [name for name in dict.fromkeys(names) if not hasattr(builtins, name)]


def annotations_of(node: ast.ClassDef | ast.FunctionDef | ast.Assign) -> list[ast.expr]:
    """The annotations of a function, of a class's fields, or what an alias stands for."""
    if isinstance(node, ast.Assign):
        return [node.value]
    if isinstance(node, ast.ClassDef):
        return [each.annotation for each in node.body if isinstance(each, ast.AnnAssign)]
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [each for each in (*(a.annotation for a in arguments), node.returns) if each]


Place = tuple[ModuleType, ast.ClassDef | ast.Assign, str]


def meaning(module: ModuleType, name: str) -> Place | None:
    """Where a name of a module is defined: module, class or alias, and its docstring.

    None: it is none of gantei's, a parameter, or a type variable.
    """
    body = ast.parse(inspect.getsource(module)).body
    body += [each for node in body if isinstance(node, ast.If) for each in node.body]
    for number, node in enumerate(body):
        if isinstance(node, ast.ClassDef) and node.name == name:
            return module, node, ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            after = body[number + 1] if number + 1 < len(body) else None
            text = getattr(getattr(after, "value", None), "value", None)
            if isinstance(node.value, ast.Call):
                return None
            return module, node, inspect.cleandoc(text) if isinstance(text, str) else ""
        if isinstance(node, ast.ImportFrom) and name in {a.asname or a.name for a in node.names}:
            if node.level == 0:
                return None
            package = module.__name__ if hasattr(module, "__path__") else module.__package__
            target = import_module(f"{'.' * node.level}{node.module or ''}", package)
            return meaning(sys.modules[target.__name__], name)
    return None


def bases(place: Place) -> list[str]:
    """The classes of gantei from which a class has further fields."""
    module, node, _ = place
    names = [ast.unparse(each) for each in node.bases] if isinstance(node, ast.ClassDef) else []
    above = [(name, meaning(module, name)) for name in names]
    return [
        name
        for name, each in above
        if each and isinstance(each[1], ast.ClassDef) and fields(each[1])
    ]
