"""Which shard a task of a job array has, and what is refused because it does not tell."""

import pytest

from gantei.errors import SettingError
from gantei.study.array_tasks import shard_of_task
from gantei.study.shard import Shard


def slurm(**values):
    return {f"SLURM_ARRAY_TASK_{key}": str(value) for key, value in values.items()}


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        ("3/7", {}, Shard(3, 7)),
        ("1/1", slurm(ID=3), Shard(1, 1)),
        ("slurm/7", slurm(ID=7), Shard(7, 7)),
        ("slurm", slurm(ID=2, COUNT=7, MIN=1, MAX=7), Shard(2, 7)),
        ("kubernetes/7", {"JOB_COMPLETION_INDEX": "0"}, Shard(1, 7)),
        ("kubernetes/7", {"JOB_COMPLETION_INDEX": "6"}, Shard(7, 7)),
    ],
)
def test_a_shard_is_said_or_read_from_the_scheduler_that_is_named(text, environment, expected):
    assert shard_of_task(text, environment) == expected


@pytest.mark.parametrize(
    ("text", "environment", "said"),
    [
        ("", {}, "is no shard"),
        ("3", {}, "say K/N"),
        ("0/7", {}, "numbered from 1 to 7"),
        ("-1/7", {}, "is no shard"),
        ("3/0", {}, "is no shard"),
        ("３/７", {}, "is no shard"),
        ("1/10000000000", {}, "is no shard"),
        ("8/7", {}, "numbered from 1 to 7"),
        ("kubernetes", {"JOB_COMPLETION_INDEX": "0"}, "is no shard"),
        ("slurm/7", {}, "SLURM_ARRAY_TASK_ID is not set: submit the script by sbatch --array=1-7"),
        ("slurm/7", slurm(ID=0, MIN=0), "number the tasks from 1 to 7: --array=1-7"),
        ("slurm/7", slurm(ID=8), "number the tasks from 1 to 7: --array=1-7"),
        ("slurm/7", slurm(ID="x"), "SLURM_ARRAY_TASK_ID is 'x'"),
        ("slurm", slurm(ID=3), "SLURM_ARRAY_TASK_COUNT is not set"),
        ("slurm", slurm(ID=3, COUNT=1, MIN=3, MAX=3), "say --shard slurm/N"),
        ("slurm", slurm(ID=1, COUNT=1, MIN=1, MAX=1), "say --shard slurm/N"),
        ("slurm", slurm(ID=0, COUNT=3, MIN=0, MAX=2), "say --shard slurm/N"),
        ("slurm", slurm(ID=4, COUNT=3, MIN=1, MAX=4), "say --shard slurm/N"),
        ("kubernetes/7", {}, "JOB_COMPLETION_INDEX is not set"),
        ("kubernetes/7", {"JOB_COMPLETION_INDEX": "7"}, "the Job needs completions: 7"),
    ],
)
def test_what_tells_no_shard_is_refused_and_says_what_to_do(text, environment, said):
    with pytest.raises(SettingError, match="--shard") as error:
        shard_of_task(text, environment)
    assert said in str(error.value)


def test_more_shards_than_merging_takes_are_not_begun():
    assert shard_of_task("1/65535", {}).of == 65_535
    with pytest.raises(SettingError, match="a study has at most 65535 shards"):
        shard_of_task("1/65536", {})
