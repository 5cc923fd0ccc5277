"""Numbers as people read them: 1 photograph, 2 photographs, 10.7 per second."""


def counted(number: int, noun: str) -> str:
    """Put a number before a noun, which gets an s unless there is one of it.

    >>> counted(1, "photograph"), counted(0, "photograph")
    ('1 photograph', '0 photographs')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def tallied(number: int, noun: str) -> str:
    """Do as `counted`, with commas between thousands, for a terminal.

    >>> tallied(1, "row"), tallied(12600, "row")
    ('1 row', '12,600 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def per_second(rate: float) -> str:
    """Give a rate to three digits, or to the whole number where that is more.

    >>> per_second(10.66), per_second(0.4349), per_second(33412.7)
    ('10.7', '0.435', '33,413')
    """
    return f"{rate:.3g}" if rate < 100 else f"{rate:,.0f}"
