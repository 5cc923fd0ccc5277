"""`gantei demo-photos`: drawn fundus photographs to try everything on."""

import argparse
import sys
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    demo = commands.add_parser(
        "demo-photos",
        help="draw fundus photographs to try everything on",
        description="Draw fundus photographs of invented people, with labels.csv beside them. "
        "They test software and know nothing about eyes.",
    )
    demo.add_argument("folder", metavar="DIR", type=Path, help="where to put them")
    demo.add_argument("--people", type=int, default=10, metavar="N", help="how many; default: 10")
    demo.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="S",
        help="seed of the random draws; default: 1, whose people the demo estimators were trained "
        "on; take another to settle or evaluate one",
    )
    demo.add_argument(
        "--scale",
        type=float,
        default=1.0,
        metavar="F",
        help="draw smaller photographs, with this share of the camera's width and height, 0.1 to "
        "1; 0.3 takes a quarter of the time; default: 1",
    )
    demo.add_argument(
        "--cameras",
        metavar="NAMES",
        default="",
        help="only these of the invented cameras, with commas between, such as A1400,E1620; "
        "default: all five",
    )
    demo.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from ..demo import count_photographs, draw_people
    from ..terminal.plural import counted
    from ..terminal.progress import progress

    total = count_photographs(chosen.people, chosen.seed)
    with progress(total, "photograph") as bar:
        draw_people(
            chosen.folder,
            chosen.people,
            chosen.seed,
            scale=chosen.scale,
            cameras=[name for name in chosen.cameras.split(",") if name],
            progress=bar.update,
        )
    people = "1 person" if chosen.people == 1 else f"{chosen.people} people"
    sys.stdout.write(
        f"{chosen.folder}: {counted(total, 'drawn photograph')} of {people}, and labels.csv\n"
    )
    return 0
