"""The page reads members of answers that the schema has, and no others."""

import pytest

from .browsing import finished, give, needs_browser, row

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

WATCHING = """
const members = new Set();
const read = Response.prototype.json;
const isObject = (value) => typeof value === "object" && value !== null;
const watched = (value, path) => !isObject(value) ? value : new Proxy(value, {
  get(target, name) {
    const inner = target[name];
    if (typeof name === "symbol" || Array.isArray(target) && !/^[0-9]+$/.test(name)) return inner;
    const here = [...path, Array.isArray(target) ? "[]" : name];
    if (!(name in Object.prototype) && name !== "then") members.add(here.join(" "));
    return watched(inner, here);
  },
  has(target, name) {
    if (!Array.isArray(target)) members.add([...path, name].join(" "));
    return name in target;
  },
});
Response.prototype.json = async function () {
  const value = await read.call(this);
  return this.url.includes("/v1/") ? watched(value, []) : value;
};
window.readMembers = () => [...members];
"""


def known_paths(model):
    """The paths to all members of an answer; `*` is any name, `**` whatever is below it."""
    schema = model.model_json_schema()
    found = set()

    def walk(node, path):
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        for each in (*node.get("anyOf", ()), *node.get("oneOf", ())):
            walk(each, path)
        for name, inner in node.get("properties", {}).items():
            found.add((*path, name))
            walk(inner, (*path, name))
        for key, step in (("items", "[]"), ("additionalProperties", "*")):
            if isinstance(inner := node.get(key), dict):
                found.add((*path, step))
                walk(inner, (*path, step))
            elif inner is True:
                found.add((*path, "**"))

    walk(schema, ())
    return found


def is_known(path, known):
    for each in known:
        anything_below = each[-1] == "**"
        pattern = each[:-1] if anything_below else each
        long_enough = len(path) > len(pattern) if anything_below else len(path) == len(pattern)
        if long_enough and all(b in (a, "*") for a, b in zip(path, pattern, strict=False)):
            return True
    return False


def test_the_page_reads_members_of_the_schema_and_no_others(visit, eyes, tmp_path):
    from gantei.wire.schemas import EstimatorList, PredictAnswer, ProblemDocument

    known = set().union(*map(known_paths, (EstimatorList, PredictAnswer, ProblemDocument)))
    assert is_known(("photographs", "[]", "estimates", "demo-age", "values"), known)
    assert not is_known(("photographs", "[]", "estimate"), known)
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    page = visit(path="/#ja", init=WATCHING)
    right = eyes / "person-00001-right.jpg"
    give(page, right, bad)
    row(page, right.name).locator(".thumbnail").click()
    page.locator("#viewer[open] [name=over]").nth(1).click()
    page.locator("#viewer .legend").wait_for()
    page.keyboard.press("Escape")
    page.locator("#download").click()
    finished(page)
    read = {tuple(each.split(" ")) for each in page.evaluate("readMembers()")}
    assert {path for path in read if not is_known(path, known)} == set()
    used = {path[-1] for path in read}
    assert {"problem", "code", "values", "text", "warnings", "map", "rows", "unit"} <= used
