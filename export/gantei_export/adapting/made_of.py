"""What an adapted estimator was made of, as its folder keeps it: counts, digests and settings.

Everything here is passed on with the estimator, so nothing names a person, a photograph or a file.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gantei.errors import SettingError
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.publication import ReportedEvaluation, Training
from gantei.manifests.tables import AdaptingMethod

MOST_SETTINGS = 40
LONGEST_TEXT = 200
"""Characters of a setting that is a text."""


@dataclass(frozen=True)
class MadeOf:
    """What made an adapted estimator, beside its base.

    Attributes:
        method: how it was fitted.
        people: how many people it was fitted on, of all sites together.
        photographs: how many of their photographs.
        people_digest: `people_digest.people_digest` of them; `unknown` where several sites keep
            their people to themselves.
        sites: how many sites made it together; 1: it was made at one.
        strength: the penalty of a ridge or logistic regression; None: there is none.
        augmented: whether changed copies of the photographs were learnt from, too.
        settings: what else was chosen, numbers and short texts by name.
        range: lowest and highest number in training, without the outermost people, see
            `training_range`; None: unknown, or no number is estimated.
        training: what is said of the people and photographs.
        evaluation: how the reported figures were obtained.
        publisher: who stands for the new estimator.
        title: what people call it; empty: made of the names of output and base.
        title_ja: the same in Japanese.

    Raises:
        SettingError: a count, the strength or a setting makes no sense.

    >>> from gantei_export.adapting.made_of import MadeOf
    >>> MadeOf("logistic", people=120, photographs=240, strength=100.0).sites
    1
    """

    method: AdaptingMethod
    people: int
    photographs: int
    people_digest: str = UNKNOWN
    sites: int = 1
    strength: float | None = None
    augmented: bool = False
    settings: Mapping[str, float | int | bool | str] = field(default_factory=dict)
    range: tuple[float, float] | None = None
    training: Training = field(default_factory=Training)
    evaluation: ReportedEvaluation = field(default_factory=ReportedEvaluation)
    publisher: str = UNKNOWN
    title: str = ""
    title_ja: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.people <= self.photographs or self.sites < 1:
            raise SettingError(
                f"{self.photographs} photographs of {self.people} people at {self.sites} site(s): "
                "everybody has a photograph, and there is somebody"
            )
        if self.strength is not None and not 0 <= self.strength < math.inf:
            raise SettingError(f"strength {self.strength}: a penalty is finite and not negative")
        if len(self.settings) > MOST_SETTINGS:
            raise SettingError(f"more than {MOST_SETTINGS} settings")
        for key, value in self.settings.items():
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                raise SettingError(f"setting {key}: a text of {len(value)} characters")
            if isinstance(value, float) and not math.isfinite(value):
                raise SettingError(f"setting {key}: {value}")

    def as_dict(self) -> dict[str, Any]:
        """Give what the provenance keeps of it, as plain values."""
        kept = {
            "method": self.method,
            "people": self.people,
            "photographs": self.photographs,
            "people_digest": self.people_digest,
            "sites": self.sites,
            "augmented": self.augmented,
            "settings": dict(self.settings),
        }
        return kept if self.strength is None else {**kept, "strength": self.strength}
