"""A card as text for a terminal, aligned and broken to its width."""

from collections.abc import Iterator

from ..terminal.text_table import fitted_table, width, wrapped
from .document import Block, Card, FactList, Figure, Paragraph, Subheading, Table, one_line

WIDEST_KEY = 26


def as_terminal_text(card: Card, room: int = 100) -> str:
    """Write a card in lines of at most `room` columns; a figure's numbers stand in its table."""
    parts = [card.name, *_blocks(card.head, room)]
    for section in card.sections:
        parts.append(f"{section.heading.upper()}\n{'=' * room}")
        parts += _blocks(section.blocks, room)
    return "\n\n".join(parts) + "\n"


def _blocks(blocks: tuple[Block, ...], room: int) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(text):
                yield "\n".join(wrapped(one_line(text), room))
            case Subheading(text):
                yield f"{text}\n{'-' * width(text)}"
            case FactList(items):
                yield _listing(items, room)
            case Table(header, rows):
                yield fitted_table(header, [[one_line(cell) for cell in row] for row in rows], room)
            case Figure():
                continue


def _listing(items: tuple[tuple[str, str], ...], room: int) -> str:
    """Lay keys out in a column of their own, each text beside its key."""
    column = min(max(width(key) for key, _ in items), WIDEST_KEY)
    lines = []
    for key, text in items:
        keys, texts = wrapped(key, column), wrapped(one_line(text), room - column - 2)
        for number in range(max(len(keys), len(texts))):
            left = keys[number] if number < len(keys) else ""
            right = texts[number] if number < len(texts) else ""
            lines.append(f"{left}{' ' * (column - width(left))}  {right}".rstrip())
    return "\n".join(lines)
