"""`gantei predict`: photographs in, a table out."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .crops_suggestion import crops_suggestion
from .dicom_option import add_dicom_columns, dicom_columns_of
from .engine_option import add_engine, check_engine, ray_backend
from .given_photographs import folders_of, local_path, no_address
from .local_estimators import local_backend
from .options import (
    add_calibrations,
    add_device,
    add_estimators,
    add_memory,
    add_rows_per_file,
    whole_number,
)
from .photograph_options import (
    STANDARD_STREAM,
    add_persons,
    add_photographs,
    listing_of,
    write_copied_columns,
)
from .predict_summary import (
    write_calibrations,
    write_every_row,
    write_files,
    write_processors,
    write_rate,
    write_suggestion,
    write_summary,
    write_unread,
)
from .resumable import resumable
from .shard_option import add_shard, in_shard_of, shard_of, write_shard
from .streamed_table import write_stream

if TYPE_CHECKING:
    from ..photographs.listing import PhotographList
    from ..study.backends import AnyEstimator, Backend
    from ..study.definition import Study
    from ..study.dicom_columns import DicomColumns
    from ..study.shard import StudyShard

ALL_GOOD, SOME_FAILED = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    predict = commands.add_parser(
        "predict",
        help="estimate for photographs, into a table",
        description="Estimate for every photograph and write one table: one row per photograph, "
        "with a data dictionary and a run manifest beside it. If it is interrupted, the same "
        "command resumes.",
        epilog="Exit code: 0 all good, 1 some rows have an error, 2 nothing could be run.",
    )
    add_photographs(predict)
    add_persons(predict)
    add_estimators(predict)
    add_calibrations(predict, "also give calibrated values and intervals, by the calibration")
    _add_outputs(predict)
    add_shard(predict)
    add_device(predict)
    add_memory(predict)
    predict.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs to decode at once, default: cores; with --server, to send at once, "
        "default: 8; with --on, actors, default: one for each CPU, or GPU (--device cuda)",
    )
    add_engine(predict)
    _add_server(predict)
    predict.set_defaults(run=_run)


def _add_outputs(predict: argparse.ArgumentParser) -> None:
    predict.add_argument(
        "--out",
        metavar="FILE",
        required=True,
        type=no_address,
        help="table, .csv, .xlsx, .parquet or .jsonl; - for plain CSV on standard output",
    )
    add_rows_per_file(predict)
    predict.add_argument(
        "--plain-csv",
        action="store_true",
        help="CSV for programs: without the byte order mark by which Excel recognises UTF-8, and "
        "without an apostrophe before text that a spreadsheet would take for a formula",
    )
    predict.add_argument(
        "--refuse",
        metavar="FINDING",
        action="append",
        default=[],
        help="give photographs with that finding, such as no-disc, an error instead of values; "
        "repeat for more",
    )
    add_dicom_columns(predict)
    predict.add_argument(
        "--maps",
        metavar="DIR",
        type=local_path,
        help="also draw, below DIR, which places of each photograph the estimate comes from",
    )
    predict.add_argument(
        "--embeddings",
        metavar="FILE",
        type=local_path,
        help="also write each photograph's vector, as .npy or .parquet; of one estimator",
    )
    predict.add_argument(
        "--overwrite",
        action="store_true",
        help="replace the table of another run, and the files beside it",
    )
    predict.add_argument(
        "--rehash",
        action="store_true",
        help="read finished photographs again, to see whether they are the same; default: only "
        "where size or modification time of a file differs",
    )


def _add_server(predict: argparse.ArgumentParser) -> None:
    server = predict.add_argument_group("instead of estimators on this machine")
    server.add_argument("--server", metavar="URL", help="ask that `gantei serve`")
    server.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="holds the bearer token; default: $GANTEI_TOKEN",
    )
    server.add_argument(
        "--ca",
        metavar="FILE",
        type=Path,
        help="certificate authority that alone is trusted, as PEM; default: the system's",
    )


def _run(chosen: argparse.Namespace) -> int:
    from ..errors import OutputError
    from ..study.refusing import check_codes

    names = list(dict.fromkeys(chosen.names))
    _check_options(chosen)
    check_codes(chosen.refuse)
    shard = shard_of(chosen)
    added = dicom_columns_of(chosen)
    listing, part = in_shard_of(chosen, listing_of(chosen), shard)
    write_copied_columns(listing)
    with _backend(chosen, names) as backend:
        if chosen.out == STANDARD_STREAM:
            if chosen.maps or chosen.embeddings or chosen.rows_per_file:
                raise OutputError(
                    "--maps, --embeddings and --rows-per-file belong to a table in files: name it "
                    "by --out"
                )
            failed = write_stream(chosen, listing, backend, added)
            return SOME_FAILED if failed else ALL_GOOD
        return _fill(chosen, listing, part, backend, added)


def _check_options(chosen: argparse.Namespace) -> None:
    from ..errors import SettingError

    check_engine(chosen)
    if chosen.server is None:
        if chosen.token_file or chosen.ca:
            raise SettingError("--token-file and --ca are for a --server: name it")
        return
    if chosen.device != "auto":
        raise SettingError("--device is chosen where the server is started, not with --server")
    if chosen.memory:
        raise SettingError("--memory is said where the server is started, not with --server")
    if chosen.allow_grey:
        raise SettingError("--allow-grey: a server takes no pictures without colour")


@contextmanager
def _backend(chosen: argparse.Namespace, names: Sequence[str]) -> "Iterator[Backend]":
    if chosen.server is not None:
        from ..calibrations.chosen_sites import chosen_sites
        from ..remote.client import CONNECTIONS, Client
        from ..study.backends import RemoteBackend
        from ..wire.credentials import token_of_file

        token = token_of_file(chosen.token_file) if chosen.token_file else None
        connections = chosen.workers or CONNECTIONS
        with Client(chosen.server, token, ca=chosen.ca, connections=connections) as client:
            yield RemoteBackend.of(client, names, chosen_sites(chosen.calibrations, names))
        return
    if chosen.on is not None:
        with ray_backend(chosen, names) as on_ray:
            yield on_ray
        return
    yield local_backend(chosen, names, chosen.calibrations)


def _check_extras(
    chosen: argparse.Namespace, estimators: "Sequence[AnyEstimator]", study: "Study"
) -> None:
    from ..errors import OutputError

    if chosen.embeddings and len(estimators) != 1:
        raise OutputError(
            f"--embeddings takes one estimator, not {len(estimators)}: run each by itself"
        )
    for path in study.own_paths():
        if chosen.embeddings and chosen.embeddings.resolve() == path.resolve():
            what = "is the table" if path == study.table else "is written beside the table"
            raise OutputError(f"{path} {what}; choose another --embeddings")
    # The key of pseudonyms is read, and not replaced.
    replaced = {*study.own_paths(), chosen.embeddings} - {study.dicom_key_path, None}
    written = {path.resolve() for path in replaced if path}
    for option, name in (("--from", chosen.list), *(("--eyes", each) for each in chosen.eyes),
                         ("--anonymous", chosen.anonymous),
                         ("--dicom-key", chosen.dicom_key)):  # fmt: skip
        read = Path(name or "").resolve()
        if name is not None and not written.isdisjoint((read, *read.parents)):
            raise OutputError(f"{name}: is read by {option}, and would be replaced; choose another")
    for path in folders_of(chosen.paths):
        if chosen.maps and chosen.maps.resolve().is_relative_to(path.resolve()):
            raise OutputError(
                f"{chosen.maps}: lies in {path}, whose pictures are read as photographs; "
                "choose a folder outside"
            )


def _fill(
    chosen: argparse.Namespace,
    listing: "PhotographList",
    shard: "StudyShard | None",
    backend: "Backend",
    added: "DicomColumns | None",
) -> int:
    from ..study.definition import Study
    from ..study.run import run_study
    from ..terminal.progress import progress, resuming, say_beside

    study = Study(
        listing,
        backend,
        Path(chosen.out),
        maps=chosen.maps,
        embeddings=chosen.embeddings,
        plain_csv=chosen.plain_csv,
        dicom_columns=added,
        refuse=frozenset(chosen.refuse),
        shard=shard,
        dicom_key=chosen.dicom_key,
        rows_per_file=chosen.rows_per_file,
    ).without_own_files()
    _check_extras(chosen, backend.estimators, study)
    write_shard(shard, len(study.listing.photographs))
    with progress(len(listing.photographs), "photograph") as bar, resumable():
        summary = run_study(
            study,
            overwrite=chosen.overwrite,
            rehash=chosen.rehash,
            advance=resuming(bar),
            dropped=lambda rows: say_beside(bar, str(rows)),
        )
    write_summary(summary, study.listing.passed_by)
    write_rate(backend)
    write_processors(backend.processors())
    write_unread(added)
    write_every_row(backend.estimators)
    write_calibrations(backend.estimators, listing.columns)
    write_files(study)
    for path in filter(None, (study.maps, study.embeddings)):
        sys.stderr.write(f"{path}\n")
    if (key := study.persons_key_path) is not None and key.exists():
        sys.stderr.write(
            f"{key.name}: the key of the pseudonyms of persons in DICOM files; "
            "keep it, and to yourself\n"
        )
    codes = [*summary.findings, *summary.errors]
    write_suggestion(crops_suggestion(chosen, listing, codes))
    return SOME_FAILED if summary.failed else ALL_GOOD
