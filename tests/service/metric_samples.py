"""What metrics say, read from Prometheus' text format."""


def samples(text):
    """Every sample: its name with labels, and its number."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, number = line.rpartition(" ")
            found[name] = float(number)
    return found
