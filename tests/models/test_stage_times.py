"""Where the time of a run goes, by made-up clocks, and the line that says so."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gantei.commands import rate_summary
from gantei.commands.rate_summary import rate_line
from gantei.inference.stage_times import StageTimes

from .studies import run


class Clocks:
    """Clocks that go on only where a stage says so: by the wall, and of the processor."""

    def __init__(self):
        self.wall = self.cpu = 0.0

    def times(self):
        return StageTimes(lambda: self.wall, lambda: self.cpu)

    def spend(self, seconds, cpu=None):
        self.wall += seconds
        self.cpu += seconds if cpu is None else cpu


def measured(photographs, stages, *, workers=1, batched=False, writing=0.0):
    """Run photographs through stages that take `seconds`, or `(seconds, of the processor)`."""
    clocks = Clocks()
    times = clocks.times()

    def results():
        for _ in range(photographs):
            for stage, spent in stages.items():
                with times.stage(stage):
                    clocks.spend(*(spent if isinstance(spent, tuple) else (spent,)))
            yield "result"

    for _ in times.whole(results(), workers, batched=batched):
        clocks.spend(writing)
    return times


def test_each_stage_has_its_seconds_and_those_of_the_processor():
    times = measured(10, {"reading": (3.0, 1.0), "decoding": 5.0, "networks": 0.5}, writing=0.25)
    assert {stage: (each.seconds, each.cpu, each.waited) for stage, each in times.of.items()} == {
        "reading": (30.0, 10.0, 20.0),
        "decoding": (50.0, 50.0, 0.0),
        "networks": (5.0, 5.0, 0.0),
        "writing": (2.5, 2.5, 0.0),
    }
    assert times.photographs == 10
    # What follows the last result is no estimating any more.
    assert times.seconds == 87.25


def test_runs_of_one_process_are_added_up():
    clocks = Clocks()
    times = clocks.times()

    def results():
        clocks.spend(2.0)
        yield "result"

    for _ in range(3):
        list(times.whole(results(), 1, batched=False))
        clocks.spend(100.0)  # between them
    assert (times.photographs, times.seconds) == (3, 6.0)


def test_threads_add_to_the_same_stage_and_lose_nothing():
    of_thread = threading.local()

    def clock():  # in each thread a second later whenever it is asked
        of_thread.now = getattr(of_thread, "now", 0.0) + 1.0
        return of_thread.now

    times = StageTimes(clock, clock)

    def work(_):
        with times.stage("decoding"):
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(5_000)))
    # The clock of the processor is asked between the two of the wall.
    assert (times.of["decoding"].seconds, times.of["decoding"].cpu) == (15_000.0, 5_000.0)


def test_a_stage_that_fails_counts_too():
    clocks = Clocks()
    times = clocks.times()
    with pytest.raises(ValueError, match="damaged"), times.stage("decoding"):
        clocks.spend(4.0)
        raise ValueError("damaged")
    assert times.of["decoding"].seconds == 4.0


@pytest.mark.parametrize(
    ("stages", "options", "expected"),
    [
        ({"reading": (1.0, 0.1), "decoding": 6.0, "networks": 3.0}, {}, "decoding"),
        ({"reading": (1.0, 0.1), "decoding": 2.0, "networks": 3.0}, {}, "networks"),
        ({"reading": (9.0, 0.1), "decoding": 6.0, "networks": 3.0}, {}, "reading"),
        # Reading that costs the processor is no waiting for files.
        ({"reading": (4.0, 4.0), "decoding": 1.0, "networks": 3.0}, {}, "decoding"),
        ({"reading": (0.1, 0.1), "decoding": 1.0}, {"writing": 2.0}, "writing"),
        # On a GPU networks run beside the workers, who share the rest.
        ({"decoding": 4.0, "networks": 3.0}, {"batched": True, "workers": 2}, "networks"),
        ({"decoding": 7.0, "networks": 3.0}, {"batched": True, "workers": 2}, "decoding"),
    ],
)
def test_the_busiest_stage_is_the_bottleneck(stages, options, expected):
    assert measured(5, stages, **options).bottleneck() == expected


def test_the_line_says_rate_shares_and_bottleneck():
    times = measured(100, {"reading": (0.05, 0.01), "decoding": 0.6, "networks": 0.35})
    assert rate_line(times) == (
        "1 photographs/s by 1 worker; decoding took 61 % of the workers' time, networks 35 %, "
        "waiting for files 4 %; bottleneck: decoding"
    )


def test_on_a_gpu_the_line_says_how_long_the_networks_ran():
    times = measured(100, {"decoding": 0.2, "networks": (0.8, 0.1)}, workers=4, batched=True)
    assert rate_line(times) == (
        "1 photographs/s by 4 workers; decoding took 5 % of the workers' time, waiting for files "
        "0 %, networks ran 80 % of the time; bottleneck: the networks"
    )


def test_where_files_are_waited_for_the_line_says_what_may_help():
    times = measured(100, {"reading": (2.0, 0.1), "decoding": 0.2, "networks": 0.1})
    line = rate_line(times)
    assert line == (
        "0.435 photographs/s by 1 worker; decoding took 13 % of the workers' time, networks 4 %, "
        "waiting for files 83 %; bottleneck: reading files (disk or network; more --workers read "
        "more at once)"
    )


def test_a_short_run_says_no_rate():
    assert rate_line(measured(9, {"decoding": 1.0})) is None
    assert rate_line(measured(10, {"decoding": 1.0})) is not None
    assert rate_line(StageTimes()) is None


@pytest.mark.parametrize("table", ["t.csv", "-"])
def test_predict_ends_with_its_rate_and_counts_only_what_this_process_estimated(
    table, photographs, make_estimator, tmp_path, monkeypatch, capsys
):
    arguments = (photographs, "--with", make_estimator(), "--out",
                 table if table == "-" else tmp_path / table)  # fmt: skip
    run(*arguments)
    assert "photographs/s" not in capsys.readouterr().err
    monkeypatch.setattr(rate_summary, "LONG_ENOUGH", 1e-9)
    run(*arguments, "--overwrite")
    said = capsys.readouterr().err
    assert ("photographs/s by" in said) == (table == "-")  # a finished table is estimated by none


def test_where_the_network_is_waited_for_the_line_names_it():
    times = measured(100, {"reading": (2.0, 0.1), "decoding": 0.2, "networks": 0.1})
    times.over_network = True
    line = rate_line(times)
    assert "waiting for the network 83 %" in line
    assert line.endswith("bottleneck: the network, over which photographs are read")
