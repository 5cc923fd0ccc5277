"""What each key of a manifest's table means, as the source says beneath it."""

import ast
import inspect
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def key_texts(record: type[BaseModel]) -> dict[str, str]:
    """Give the text beneath each key of a table's class, on one line.

    >>> from gantei.manifests.manifest import Publication
    >>> from gantei.manifests.key_texts import key_texts
    >>> key_texts(Publication)["publisher"]
    'Who published it.'
    """
    (node,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(record))).body
    assert isinstance(node, ast.ClassDef)  # noqa: S101 - of a class
    return {
        ast.unparse(field.target): " ".join(text.value.value.split())
        for field, text in pairwise(node.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
