"""How to cite the software and each estimator: as BibTeX, as text, in Japanese."""

import re
from dataclasses import dataclass

from ..system.version import __version__
from .fields import UNKNOWN
from .manifest import Manifest

_NOTHING = re.compile(rf"none\b|{UNKNOWN}$", re.IGNORECASE)
"""How a manifest says that nothing is asked for, or that nobody knows: no text to print."""
TITLE = "gantei: age and sex from fundus photographs"
AUTHORS = "The gantei authors"
LICENCE = "Apache-2.0"
SOFTWARE = f"{AUTHORS}. {TITLE}. Version {__version__}. {LICENCE}."
SOFTWARE_THANKS = (
    f"Ages and sexes were estimated from fundus photographs with gantei {__version__}."
)
SOFTWARE_THANKS_JA = f"眼底写真からの年齢・性別の推定には gantei {__version__} を用いた。"
ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "&%$#_"},
}
LABELS = {
    "citation": "引用",
    "doi": "DOI",
    "acknowledgement": "謝辞",
    "acknowledgement_to_print": "謝辞の文例",
    "terms": "利用条件",
}


@dataclass(frozen=True)
class Reference:
    """What is cited, and what is to be said about it; `thanks` are sentences to print, if any."""

    of: str
    bibtex: str
    citation: str
    doi: str
    acknowledgement: str
    thanks: str
    thanks_ja: str
    terms: str

    def record(self) -> dict[str, str]:
        """Give it as keys and values, in the order in which they are printed."""
        return {
            "of": self.of,
            "citation": self.citation,
            "doi": self.doi,
            "acknowledgement": self.acknowledgement,
            "acknowledgement_to_print": self.thanks,
            "acknowledgement_to_print_ja": self.thanks_ja,
            "terms": self.terms,
        }

    def text(self) -> str:
        """Write it for people to copy from."""
        return self._lines(self.thanks, {key: key.replace("_", " ") for key in LABELS})

    def japanese(self) -> str:
        """Write it with Japanese words and the Japanese sentence of thanks."""
        return self._lines(self.thanks_ja, LABELS)

    def _lines(self, thanks: str, labels: dict[str, str]) -> str:
        record = self.record() | {"acknowledgement_to_print": thanks}
        lines = (f"  {label}: {record[key]}" for key, label in labels.items() if record[key])
        return "\n".join([self.of, *lines])


def software() -> Reference:
    """Give the reference of gantei itself; `CITATION.cff` says the same."""
    fields = {
        "author": f"{{{escaped(AUTHORS)}}}",
        "title": f"{{{escaped(TITLE)}}}",
        "note": escaped(f"Version {__version__}, {LICENCE}. Research software; no medical device"),
    }
    return Reference(
        of=f"gantei {__version__}",
        bibtex=_entry("misc", "gantei", fields),
        citation=SOFTWARE,
        doi=UNKNOWN,
        acknowledgement="none is asked for",
        thanks=SOFTWARE_THANKS,
        thanks_ja=SOFTWARE_THANKS_JA,
        terms=LICENCE,
    )


def reference(manifest: Manifest) -> Reference:
    """Give the reference that an estimator's publisher asks for."""
    source, paper = manifest.source, manifest.citation
    asked = "" if _NOTHING.match(source.acknowledgement) else source.acknowledgement
    return Reference(
        of=manifest.name,
        bibtex=_paper(manifest) if paper else _publication(manifest),
        citation=source.citation,
        doi=source.doi,
        acknowledgement=source.acknowledgement,
        thanks=paper.acknowledgement if paper else asked,
        thanks_ja=paper.acknowledgement_ja if paper else asked,
        terms=source.terms,
    )


def bibliography(references: list[Reference]) -> str:
    """Write the BibTeX entries; estimators that ask for one paper share its entry."""
    return "\n\n".join(dict.fromkeys(each.bibtex for each in references)) + "\n"


def escaped(text: str) -> str:
    """Write a text as BibTeX takes it, on one line."""
    return "".join(ESCAPES.get(letter, letter) for letter in " ".join(text.split()))


def _paper(manifest: Manifest) -> str:
    paper = manifest.citation
    if paper is None:
        raise ValueError("no paper")
    family = re.sub(r"[^a-z]", "", paper.authors[0].partition(",")[0].lower())
    fields = {
        "author": " and ".join(escaped(author) for author in paper.authors),
        "title": f"{{{escaped(paper.title)}}}",
        "journal": escaped(paper.journal),
        "year": str(paper.year),
        "volume": escaped(paper.volume),
        "number": escaped(paper.number),
        "pages": escaped(paper.pages).replace("-", "--"),
        "doi": _doi(manifest),
    }
    return _entry("article", f"{family or manifest.name}{paper.year}", fields)


def _publication(manifest: Manifest) -> str:
    source = manifest.source
    fields = {
        "author": f"{{{escaped(source.publisher)}}}" if source.publisher != UNKNOWN else UNKNOWN,
        "title": f"{{{escaped(manifest.title)}}}",
        "doi": _doi(manifest),
        "note": UNKNOWN
        if _NOTHING.match(source.citation)
        else escaped(f"Citation as published: {source.citation}"),
    }
    return _entry("misc", manifest.name, fields)


def _doi(manifest: Manifest) -> str:
    """Give the DOI as it is, for BibTeX does not unescape one; unknown where it looks like none."""
    doi = manifest.source.doi
    return doi if re.fullmatch(r"10\.\d{4,9}/[\w.;()/:-]+", doi, re.ASCII) else UNKNOWN


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    known = {name: text for name, text in fields.items() if text != UNKNOWN}
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in known.items())
    return f"@{kind}{{{key},\n{lines}}}"
