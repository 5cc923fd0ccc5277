"""Numbers with their nouns: 1 photograph, 2 photographs."""


def counted(number: int, noun: str) -> str:
    """Put a number before a noun, which gets an s unless there is one of it.

    >>> counted(1, "photograph"), counted(0, "photograph")
    ('1 photograph', '0 photographs')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"
