"""Which shard a task of a job array has: Slurm's and Kubernetes' variables, where one asks."""

import re
from collections.abc import Mapping

from ..errors import SettingError
from .shard import MOST_SHARDS, Shard

_FORM = re.compile(r"(slurm|kubernetes|0|[1-9][0-9]{0,8})/([1-9][0-9]{0,8})", re.ASCII)
_SLURM = "SLURM_ARRAY_TASK_"
_KUBERNETES = "JOB_COMPLETION_INDEX"


def shard_of_task(text: str, environment: Mapping[str, str]) -> Shard:
    """Read `3/7`, `slurm`, `slurm/7` or `kubernetes/7`; numbers count from 1.

    Args:
        text: which shard; of the environment nothing is read that it does not name.
        environment: of the process.

    Raises:
        SettingError: it is none of these, or the environment is not that of such a task.
    """
    if text == "slurm":
        return _whole_array(environment)
    found = _FORM.fullmatch(text)
    if found is None:
        raise SettingError(
            f"--shard {text}: is no shard; say K/N, such as 3/7, or slurm/N or kubernetes/N"
        )
    which, of = found[1], int(found[2])
    if of > MOST_SHARDS:
        raise SettingError(f"--shard {text}: a study has at most {MOST_SHARDS} shards")
    if which == "slurm":
        how = f"--array=1-{of}"
        number = _number(text, f"{_SLURM}ID", environment, f"submit the script by sbatch {how}")
        rule = f"{_SLURM}ID is {number}; number the tasks from 1 to {of}: {how}"
    elif which == "kubernetes":
        how = "run it in a Job with completionMode: Indexed"
        number = _number(text, _KUBERNETES, environment, how) + 1
        rule = f"{_KUBERNETES} is {number - 1}; the Job needs completions: {of}"
    else:
        number = int(which)
        rule = f"there is no such shard; shards of {of} are numbered from 1 to {of}"
    if not 1 <= number <= of:
        raise SettingError(f"--shard {text}: {rule}")
    return Shard(number, of)


def _whole_array(environment: Mapping[str, str]) -> Shard:
    """Take the number of shards from an array that has all of them.

    One that repeats some tasks would divide the study anew; it has gaps, or a single task.
    """
    keys, how = ("ID", "COUNT", "MIN", "MAX"), "submit the script by sbatch --array=1-N"
    number, count, least, most = (
        _number("slurm", f"{_SLURM}{key}", environment, how) for key in keys
    )
    if (least, most) != (1, count) or count == 1 or not 1 <= number <= count:
        raise SettingError(
            "--shard slurm: takes N from an array of two or more tasks, all from 1 to N; this one "
            f"has {count}, numbered from {least} to {most}: say --shard slurm/N"
        )
    return Shard(number, count)


def _number(text: str, variable: str, environment: Mapping[str, str], how: str) -> int:
    value = environment.get(variable, "")
    if not re.fullmatch("[0-9]{1,9}", value):
        said = f"is {value!r}" if value else "is not set"
        raise SettingError(f"--shard {text}: {variable} {said}: {how}, or say --shard K/N")
    return int(value)
