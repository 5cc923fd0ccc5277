"""Whether there is a converter for every layer of a model."""

from collections import Counter

from gantei.errors import ConversionError

from ..keras_networks.keras_config import KerasModel
from ..refusals.other_ways import WAYS, WHERE_ITS_CODE_IS
from .registry import converters

_CODE = ("Lambda",)
_MOST_KINDS = 5


def check_supported(model: KerasModel) -> None:
    """Refuse a model with layers that no converter knows: the first, and how many of which class.

    Raises:
        ConversionError: it has some; it says what else converts them.
    """
    known = converters()
    unsupported = [spec for spec in model.leaves() if spec.kind not in known]
    if not unsupported:
        return
    first, kinds = unsupported[0], Counter(spec.kind for spec in unsupported)
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(_MOST_KINDS))
    more = f" and {len(kinds) - _MOST_KINDS} more kinds" if len(kinds) > _MOST_KINDS else ""
    all_of_them = f" (in all {counted}{more})" if len(unsupported) > 1 else ""
    own = next((kind for kind in kinds if _is_others(kind)), None)
    if own is not None:
        reason = f"{own} is no class of Keras's, and its code is not in the file"
        ways = WHERE_ITS_CODE_IS
    elif any(kind in _CODE for kind in kinds):
        reason = (
            "a Lambda holds Python code, which is never run without --with-tensorflow "
            "--trust-this-file"
        )
        ways = WAYS
    else:
        reason, ways = "gantei does not convert such layers itself", WAYS
    raise ConversionError(
        f"layer {first.path!r} ({first.kind}): unsupported{all_of_them}: {reason}. {ways}"
    )


def _is_others(kind: str) -> bool:
    """Whether a class that no converter knows is said to be another's than Keras's."""
    return kind.startswith("custom ") or ">" in kind or ("." in kind and ":" not in kind)
