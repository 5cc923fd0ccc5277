"""Whom a calibration was made on, in counts: people, ages, sexes, cameras."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..calibrations.calibration import CalibratedPeople
from ..errors import SettingError
from ..labels.group_values import group_values
from ..labels.joined_photograph import JoinedPhotograph
from ..labels.joining import Joined
from ..labels.sexes import Sex

MOST_CAMERAS = 100
"""More are something else: a serial number, or a name."""
LEAST_OF_A_CAMERA = 10
"""People: a camera of fewer is not named, as it might be a doctor, a patient or a serial number."""
YEARS = 5
"""To multiples of which the range of ages is widened."""
CAMERA = "camera"
"""The column of cameras, where there is one and no other is named."""


@dataclass(frozen=True)
class WhoCalibrated:
    """The photographs that a calibration is made on, with what is known of each.

    Attributes:
        photographs: those with a label of an output that is calibrated.
        persons: of each photograph.
        cameras: of each photograph; empty where nothing tells.
    """

    photographs: Sequence[JoinedPhotograph]
    persons: Sequence[str]
    cameras: Sequence[str]

    @property
    def sexes(self) -> dict[str, Sex]:
        """The sex of each person of whom it is known."""
        return {
            person: each.label.sex
            for person, each in zip(self.persons, self.photographs, strict=True)
            if each.label.sex is not None
        }

    @property
    def ages(self) -> list[float]:
        """The ages, one for each photograph of which it is known."""
        return [each.label.age for each in self.photographs if each.label.age is not None]

    @property
    def person_cameras(self) -> dict[str, str]:
        """The camera of each person whose photographs are all of one."""
        found: dict[str, set[str]] = {}
        for person, camera in zip(self.persons, self.cameras, strict=True):
            found.setdefault(person, set()).add(camera)
        return {
            person: next(iter(cameras))
            for person, cameras in found.items()
            if len(cameras) == 1 and "" not in cameras
        }

    @property
    def named_cameras(self) -> dict[str, int]:
        """How many photographs are of each camera with `LEAST_OF_A_CAMERA` people."""
        people: dict[str, set[str]] = {}
        for person, camera in zip(self.persons, self.cameras, strict=True):
            people.setdefault(camera, set()).add(person)
        counts = Counter(self.cameras)
        return {
            camera: counts[camera]
            for camera in sorted(people)
            if camera and len(people[camera]) >= LEAST_OF_A_CAMERA
        }

    def counted(self) -> CalibratedPeople:
        """Count them. The range of ages is widened to `YEARS`, so that it is nobody's age."""
        ages = self.ages
        sexes: Mapping[str, int] = Counter(self.sexes.values())
        return CalibratedPeople(
            people=len(set(self.persons)),
            photographs=len(self.photographs),
            ages=(
                (math.floor(min(ages) / YEARS) * YEARS, math.ceil(max(ages) / YEARS) * YEARS)
                if ages
                else None
            ),
            sexes={"female": sexes.get("female", 0), "male": sexes.get("male", 0)} if sexes else {},
            cameras=self.named_cameras,
        )


def who_calibrated(joined: Joined, used: Collection[str], camera: str | None) -> WhoCalibrated:
    """Gather the photographs that are used, by their names.

    Args:
        joined: results with labels, or each photograph with a person of its own.
        used: names of photographs.
        camera: the column of cameras; None: that of this name, if there is one.

    Raises:
        SettingError: there is no such column, or it tells something else.
    """
    cameras = _cameras(joined, camera)
    rows = [row for row, each in enumerate(joined.photographs) if each.name in used]
    photographs = [joined.photographs[row] for row in rows]
    return WhoCalibrated(
        photographs,
        [each.person or each.name for each in photographs],
        [cameras[row] for row in rows],
    )


def _cameras(joined: Joined, camera: str | None) -> list[str]:
    is_named = camera is not None
    if camera is None:
        columns = [*joined.table.groups, *(joined.results.groups if joined.results else ())]
        camera = next((each for each in columns if each.casefold() == CAMERA), None)
        if camera is None:
            return [""] * len(joined.photographs)
    cameras = group_values(joined, [camera], option="--camera")[camera]
    if is_named and (count := len(set(cameras))) > MOST_CAMERAS:
        raise SettingError(
            f"--camera {camera}: {count} different values, which are no cameras; name the column "
            "that tells the camera, as a calibration lists them"
        )
    return cameras
