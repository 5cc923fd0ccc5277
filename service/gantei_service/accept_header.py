"""What a client would rather have, as its `Accept` header says (RFC 9110)."""


def prefers(accept: str, kind: str, usual: str) -> bool:
    """Whether a client names a media type, and not the usual one with as much weight.

    Args:
        accept: the header.
        kind: what may be given instead.
        usual: what is given where the client has no preference.

    >>> prefers("text/html, */*;q=0.8", "text/html", "text/markdown")
    True
    >>> prefers("*/*", "text/html", "text/markdown")
    False
    """
    weights = _weights(accept)
    whole = usual.partition("/")[0] + "/*"
    named = (weights[each] for each in (usual, whole, "*/*") if each in weights)
    asked, instead = weights.get(kind, 0.0), next(named, 0.0)
    return asked > instead or (asked == instead > 0 and usual not in weights)


def _weights(accept: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            weights[kind] = float(weight)
        except ValueError:
            weights[kind] = 0.0
    return weights
