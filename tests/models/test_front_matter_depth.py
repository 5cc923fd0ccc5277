"""How deep the head of a card may be: brackets and dashes are each counted by themselves."""

import shutil

import pytest

from gantei.card import check
from gantei.catalogue.entries import SHIPPED

DEEPEST = 200
UNREAD = "the front matter is missing, or is not plain keys and values in YAML"


@pytest.mark.parametrize(
    "nested",
    [
        lambda depth: "\nown:\n" + "- " * depth + "x",
        lambda depth: "\nown: " + "[" * depth + "x" + "]" * depth,
    ],
    ids=["dashes", "brackets"],
)
def test_a_front_matter_is_read_to_200_levels_and_no_deeper(tmp_path, nested):
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    text = (folder / "card.md").read_text("utf-8")
    brackets = text.partition("\n---\n")[0].count("[")
    line = "library_name: gantei"
    assert line in text
    found = {}
    for depth in (DEEPEST - brackets, DEEPEST + 1):
        (folder / "card.md").write_text(text.replace(line, line + nested(depth)), "utf-8")
        found[depth] = check(folder)
    assert list(found.values()) == [[], [UNREAD]]
