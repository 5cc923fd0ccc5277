"""The description of the interface as a page: made from the application's own OpenAPI document."""

import html
from collections.abc import Iterator, Mapping
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>gantei: API documentation</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="page/page.css"></head>
<body class="docs">
<aside class="use" aria-label="Research use / 研究用">
<strong>Research use. Not a diagnosis.</strong>
<strong lang="ja">研究用です。診断ではありません。</strong></aside>
<header class="top"><div class="name"><img src="page/icon.svg" alt="" width="44" height="44">
<div><h1>gantei API</h1><p>What this server answers</p></div></div>
<nav class="links"><a href="./">Back to the page</a></nav></header>
<main>
{body}
</main></body></html>
"""

_INTRODUCTION = """<section><p>{description}</p>
<pre>curl -F photographs=@right.jpg -F photographs=@left.jpg -F estimators={example} \\
  --header @token.header https://this-server/v1/predict</pre>
<p>Where the server has tokens, the file token.header holds <code>Authorization: Bearer …</code>; on
the command line every user of the machine would see it. Every error is a problem document
(RFC 9457). The same description for programs is at <code>/openapi.json</code>, with the token.</p>
</section>
<nav aria-label="Addresses"><ul class="addresses">{addresses}</ul></nav>"""

Schema = Mapping[str, Any]


def docs_page(described: Schema, example: str = "NAME") -> str:
    """Write the page of an OpenAPI document; it loads a style sheet and runs nothing."""
    operations = [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    addresses = "".join(
        f'<li><a href="#{_anchor(path, method)}"><span class="method">{method.upper()}</span> '
        f"<code>{_text(path)}</code></a></li>"
        for path, method, _ in operations
    )
    introduction = _INTRODUCTION.format(
        description=_text(described["info"]["description"]), example=example, addresses=addresses
    )
    sections = (
        _section(path, method, operation, described) for path, method, operation in operations
    )
    return _PAGE.format(body=introduction + "\n".join(sections))


def _section(path: str, method: str, operation: Schema, described: Schema) -> str:
    """One address: what it is for, what it takes, what it answers."""
    parts = [
        f'<section class="address" id="{_anchor(path, method)}">',
        f'<h2><span class="method">{method.upper()}</span> <code>{_text(path)}</code></h2>',
        f"<p>{_text(operation.get('description') or operation.get('summary', ''))}</p>",
    ]
    rows = [_parameter(each, described) for each in operation.get("parameters", ())]
    rows += _body(_resolved(operation.get("requestBody", {}), described), described)
    if rows:
        parts.append(_table(("Name", "Where", "Type", "What"), rows))
    answers = [_answer(status, each) for status, each in operation.get("responses", {}).items()]
    parts.append(_table(("Answer", "As", "What"), answers))
    return "\n".join([*parts, "</section>"])


def _parameter(given: Schema, described: Schema) -> tuple[str, ...]:
    parameter = _resolved(given, described)
    need = "" if parameter.get("required") else ", optional"
    kind = _type(parameter.get("schema", {}), described)
    return parameter["name"], parameter["in"] + need, kind, parameter.get("description", "")


def _body(body: Schema, described: Schema) -> Iterator[tuple[str, ...]]:
    """Rows of a request's body: its fields where it is a form, else itself."""
    for media_type, content in body.get("content", {}).items():
        schema = _resolved(content.get("schema", {}), described)
        fields = schema.get("properties")
        if not fields:
            yield "body", media_type, _type(schema, described), schema.get("description", "")
            continue
        for name, field in fields.items():
            need = "" if name in schema.get("required", ()) else ", optional"
            what = _resolved(field, described).get("description", "")
            yield name, media_type + need, _type(field, described), what


def _answer(status: str, answer: Schema) -> tuple[str, ...]:
    return (
        "other" if status == "default" else status,
        ", ".join(answer.get("content", ())),
        answer.get("description", ""),
    )


def _type(given: Schema, described: Schema) -> str:
    schema = _resolved(given, described)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_type(each, described) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}), described)}, repeated"
    return "file" if schema.get("format") == "binary" else str(schema.get("type", "any"))


def _resolved(schema: Schema, described: Schema) -> Schema:
    """Follow references such as `#/components/schemas/Name`."""
    while "$ref" in schema:
        found: Any = described
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        schema = found
    return schema


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not any(row[-1] for row in rows):
        head, rows = head[:-1], [row[:-1] for row in rows]
    names = "".join(f'<th scope="col">{_text(name)}</th>' for name in head)
    lines = "".join(
        f'<tr><th scope="row"><code>{_text(row[0])}</code></th>'
        + "".join(f"<td>{_text(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{names}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _anchor(path: str, method: str) -> str:
    words = "-".join(path.replace("{", "").replace("}", "").strip("/").split("/"))
    return html.escape(f"{method}-{words}")


def _text(text: object) -> str:
    return html.escape(str(text))
