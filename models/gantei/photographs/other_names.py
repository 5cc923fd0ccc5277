"""What a file is that is no photograph, by its name: thumbnails, litter of systems, known endings.

A file with such a name is not opened. The service's page asks the rules on folders and files too.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from ..findings.finding import Finding

FOLDERS = {
    **dict.fromkeys(("@eadir", ".thumbnails", ".thumb", ".@__thumb"), "thumbnail"),
    **dict.fromkeys(("#recycle", "$recycle.bin", "@recycle", "recycler"), "deleted-file"),
    "network trash folder": "deleted-file",
    **dict.fromkeys(("__macosx", "system volume information", "lost+found"), "system-file"),
    **dict.fromkeys(("#snapshot", "@tmp", "~snapshot", "@recently-snapshot"), "system-file"),
}
"""Kinds of whole folders, by their names in lower case."""
FILES = {
    **dict.fromkeys(("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db"), "thumbnail"),
    **dict.fromkeys((".ds_store", "desktop.ini", "icon\r", ".directory"), "system-file"),
    **dict.fromkeys(("picasa.ini", ".picasa.ini", ".nomedia"), "system-file"),
    "dicomdir": "dicom-directory",
}
"""Kinds of files, by their names in lower case."""
BEGINNINGS = {
    "._": "system-file",
    "~$": "temporary-file",
    ".trash": "deleted-file",
    ".nfs": "system-file",
    ".": "hidden-file",
}
"""Kinds of files and folders, by how their names begin; the first that fits counts."""
ENDS = {"~": "temporary-file"}
"""Kinds of files, by how their names end, whatever their suffix."""


class _Ending(NamedTuple):
    finding: Finding
    suffixes: str


_FIRST_LETTERS = {start[0] for start in BEGINNINGS}


def _endings() -> Sequence[_Ending]:
    return (
        _Ending(
            Finding("text-file"),
            ".txt .md .rst .log .json .jsonl .xml .yaml .yml .toml .ini .cfg .conf .py .r .rmd .m "
            ".ipynb .js .css .sh .bat .ps1 .sha256 .md5 .tex .bib .xmp .aae .url",
        ),
        _Ending(
            Finding("table-file"),
            ".csv .tsv .xlsx .xls .xlsm .xlsb .ods .numbers .parquet .feather .sav .dta .sas7bdat "
            ".rds",
        ),
        _Ending(Finding("document-file"), ".doc .docx .ppt .pptx .odt .odp .rtf .pages .key .epub"),
        _Ending(Finding("pdf-file"), ".pdf"),
        _Ending(Finding("html-page"), ".html .htm .xhtml .mht .mhtml"),
        _Ending(
            Finding("video-file"),
            ".mp4 .m4v .mov .avi .mkv .webm .wmv .mpg .mpeg .mts .m2ts .3gp .flv .ogv",
        ),
        _Ending(Finding("archive-file", format="ZIP"), ".zip"),
        _Ending(Finding("archive-file", format="7-Zip"), ".7z"),
        _Ending(Finding("archive-file", format="RAR"), ".rar"),
        _Ending(Finding("archive-file", format="tar"), ".tar .tgz .tbz2 .txz"),
        _Ending(Finding("vendor-file", format="Heidelberg E2E"), ".e2e"),
        _Ending(Finding("vendor-file", format="Topcon FDA"), ".fda"),
        _Ending(Finding("vendor-file", format="Topcon FDS"), ".fds"),
        _Ending(Finding("vendor-file", format="Zeiss CZI"), ".czi"),
        _Ending(
            Finding("camera-raw"),
            ".cr2 .cr3 .crw .nef .nrw .arw .srf .sr2 .dng .orf .rw2 .raf .pef .srw .3fr .erf .kdc "
            ".mrw .x3f",
        ),
        _Ending(Finding("other-picture", format="Photoshop"), ".psd .psb"),
        _Ending(Finding("other-picture", format="SVG"), ".svg .svgz"),
        _Ending(Finding("other-picture", format="JPEG XL"), ".jxl"),
        _Ending(Finding("other-picture", format="Windows icon"), ".ico .cur"),
        _Ending(Finding("thumbnail"), ".thm .lrprev"),
        _Ending(
            Finding("temporary-file"),
            ".tmp .temp .part .partial .crdownload .download .bak .old .orig .swp .lock",
        ),
    )


@cache
def _by_name() -> Mapping[str, Finding]:
    found = (
        Finding("deleted-file"),
        Finding("dicom-directory"),
        Finding("hidden-file"),
        Finding("system-file"),
        Finding("temporary-file"),
        Finding("thumbnail"),
    )
    return {each.code: each for each in found}


@cache
def by_suffix() -> Mapping[str, Finding]:
    """What files are, by their endings in lower case."""
    return {suffix: each.finding for each in _endings() for suffix in each.suffixes.split()}


def folder_by_name(name: str) -> Finding | None:
    """Why all that lies in a folder of this name is passed by; None where it is not."""
    return _by_rules(name, FOLDERS)


def file_by_name(name: str) -> Finding | None:
    """Why a file is passed by, whatever its ending is; None where its ending has to tell."""
    for end, code in ENDS.items():
        if name.endswith(end):
            return _by_name()[code]
    return _by_rules(name, FILES)


def names_passed_by() -> dict[str, Mapping[str, Finding]]:
    """The rules on names, in lower case, for the service's page."""
    codes = {"folders": FOLDERS, "files": FILES, "beginnings": BEGINNINGS, "ends": ENDS}
    return {
        **{part: {name: _by_name()[code] for name, code in names.items()}
           for part, names in codes.items()},
        "suffixes": by_suffix(),
    }  # fmt: skip


def _by_rules(name: str, whole: Mapping[str, str]) -> Finding | None:
    kind = whole.get(name.lower())
    if kind is None and name[:1] in _FIRST_LETTERS:
        begins = (code for start, code in BEGINNINGS.items() if name.lower().startswith(start))
        kind = next(begins, None)
    return None if kind is None else _by_name()[kind]
