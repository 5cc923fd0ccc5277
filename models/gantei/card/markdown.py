"""A card as Markdown with the front matter that the Hugging Face Hub reads."""

from collections.abc import Iterator

from .document import Block, Card, FactList, Figure, Paragraph, Subheading, Table, one_line


def as_markdown(card: Card) -> str:
    """Write the whole file; no text of the manifest can become a heading, HTML, link or picture."""
    import yaml  # huggingface_hub would write the same, and takes ten times as long to import

    front = yaml.safe_dump(dict(card.front_matter), sort_keys=False, allow_unicode=True)
    parts = [f"---\n{front.strip()}\n---", f"# {card.name}"]
    parts += blocks_as_markdown(card.head)
    for section in card.sections:
        parts += [f"## {section.heading}", *blocks_as_markdown(section.blocks)]
    return "\n\n".join(parts) + "\n"


def blocks_as_markdown(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Write blocks one after the other; a figure's numbers stand in its table."""
    for block in blocks:
        match block:
            case Paragraph(text, strong):
                yield f"**{plain(text)}**" if strong else _not_a_start(plain(text))
            case Subheading(text):
                yield f"### {plain(text)}"
            case FactList(items):
                yield "\n".join(f"- {plain(key)}: {plain(value)}" for key, value in items)
            case Table(header, rows):
                lines = [
                    header,
                    ["---"] * len(header),
                    *([cell(each) for each in r] for r in rows),
                ]
                yield "\n".join(f"| {' | '.join(line)} |" for line in lines)
            case Figure():
                continue


def plain(text: str) -> str:
    """Keep a text from being HTML, a link or a picture."""
    # A backslash of its own first: it would take the force of the one set before a letter.
    return one_line(text).replace("\\", "\\\\").replace("<", "\\<").replace("](", "]\\(")


def cell(text: str) -> str:
    """Keep a text, as `plain`, also from ending its cell of a table."""
    return plain(text).replace("|", "\\|")


def _not_a_start(text: str) -> str:
    """Keep a paragraph from starting a heading, list, quotation, table, or the target of a link."""
    return f"\\{text}" if text[:1] in "#-+*>|=~`[" else text
