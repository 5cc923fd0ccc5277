"""Asking a server instead of this machine: `gantei serve` computes, the study stays here."""

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from types import MappingProxyType, TracebackType
from typing import Any, Literal, Self

from ..errors import SettingError, UnknownEstimatorError
from ..inference.inputs import each_photograph, with_eyes
from ..inference.parallel import ordered
from ..inference.prediction import PhotographResult, Prediction
from ..photographs.eyes import EyeOption, EyeOptions, paired
from ..photographs.photograph import eye_of
from ..photographs.photograph_source import PhotographSource, is_one, source_name
from ..wire.credentials import token_for_service
from ..wire.schemas import EstimatorList
from .answers import read_estimator, read_list
from .connection import Connection
from .question import Question, ask_about
from .requested_calibrations import Sites, check_served, requested_sites
from .served_estimator import ServedEstimator

CONNECTIONS = 8


class Client:
    """A connection to a gantei server; safe to use from several threads.

    Each photograph is a request of its own under a number: the name of its file, which may be a
    patient's, is not sent. A few requests are on their way at a time. Nothing is sent before a
    method is called.

    A server that has too much to do (503) is asked again after the time that it names, and one
    that cannot be reached a few times. Neither changes a result: an estimate depends on nothing
    but the photograph.

    >>> with gantei.Client("http://127.0.0.1:3000") as client:
    ...     print([estimator.name for estimator in client.estimators()])
    ['demo-age']
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        ca: str | os.PathLike[str] | None = None,
        connections: int = CONNECTIONS,
        timeout: float = 120.0,
        patience: float = 300.0,
    ) -> None:
        """Make a client.

        Args:
            url: such as `https://fundus.example.org:3000`.
            token: a bearer token that the server accepts; None: that of `GANTEI_TOKEN`, if set.
            ca: PEM file of the certificate authority, such as the hospital's own, that alone is
                then trusted; None: those that the system trusts.
            connections: how many photographs are sent at the same time.
            timeout: seconds to wait for one answer.
            patience: seconds for which a busy server may put one photograph off.

        Raises:
            SettingError: an argument or `GANTEI_TOKEN` makes no sense, or `ca` cannot be read.
            OfflineError: `GANTEI_OFFLINE` is set and the server is another machine.
        """
        if connections < 1 or not (timeout > 0 and patience >= 0):
            raise SettingError("connections and timeout are above 0, patience not below 0")
        self._connections = connections
        token = token_for_service(None) if token is None else token
        self._server = Connection(
            url, token, ca, connections=connections, timeout=timeout, patience=patience
        )
        self.url = self._server.url

    def __repr__(self) -> str:
        return f"<Client of {self.url}>"

    def close(self) -> None:
        """Close its connections."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def estimators(self, names: Sequence[str] | None = None) -> list[ServedEstimator]:
        """List the estimators that the server has, or those of these names.

        Raises:
            UnknownEstimatorError: it has none of a name; the message lists what it has.
            TransferError: the server does not answer, or answers something else.
        """
        known = self._names()
        for name in names or ():
            if name not in known:
                raise UnknownEstimatorError(
                    f"{self.url} does not serve {name!r}; it serves: {', '.join(known)}"
                )
        return [
            read_estimator(self._server.ask("GET", f"/v1/estimators/{name}"), name)
            for name in (known if names is None else names)
        ]

    def environment(self) -> dict[str, Any]:
        """Ask for the server's versions: `{"gantei": …, "python": …, "versions": {package: …}}`.

        Raises:
            TransferError: the server does not answer, or answers something else.
        """
        return self._list().model_dump(include={"gantei", "python", "versions"})

    def predict(
        self,
        photographs: PhotographSource | Iterable[PhotographSource],
        estimators: str | Sequence[str] | None = None,
        *,
        on_error: Literal["raise", "record"] = "raise",
        explain: bool = False,
        eyes: EyeOptions = None,
        calibration: str | Sites | None = None,
    ) -> list[dict[str, Prediction]]:
        """Estimate for each photograph, in order: `{estimator's name: its Prediction}` of each.

        The predictions equal those of `Estimator.predict` with the same estimator here.

        Args:
            photographs: as `Estimator.predict` takes them; a folder stands for the photographs in
                it and below, in the order of their names.
            estimators: names of the server's estimators; None: all of them.
            on_error: `record` puts what is wrong with a photograph into each `error`.
            explain: give each prediction its `explanation`.
            eyes: which eye each shows, as `Estimator.predict` takes it. Names of files are read
                here, and not sent.
            calibration: the site whose calibration the server was started with, or one for each
                estimator's name; predictions then have `calibrated` values and `distance`.

        Raises:
            CalibrationError: the server has not the calibration of that site.
            SettingError: `eyes` makes no sense, or is of other photographs.
            PhotographError: with `on_error="raise"`, of the first photograph that is wrong, or
                larger than the server takes.
            InferenceError: likewise, where the server failed on it.
            TransferError: the server does not answer, or answers something else.
            UnknownEstimatorError: the server has no estimator of that name.
            ExplanationError: explanations of an estimator that has none; the message says why.
            OutputError: a folder cannot be read, or there are no photographs in it.

        >>> with gantei.Client("http://127.0.0.1:3000") as client:
        ...     (answer,) = client.predict("demo/person-00001-left.jpg", "demo-age")
        >>> answer["demo-age"].values
        {'age': 44.1...}
        """
        return list(
            self.stream(
                photographs,
                estimators,
                on_error=on_error,
                explain=explain,
                eyes=eyes,
                calibration=calibration,
            )
        )

    def stream(
        self,
        photographs: PhotographSource | Iterable[PhotographSource],
        estimators: str | Sequence[str] | None = None,
        *,
        on_error: Literal["raise", "record"] = "raise",
        explain: bool = False,
        eyes: EyeOptions = None,
        calibration: str | Sites | None = None,
    ) -> Generator[dict[str, Prediction]]:
        """Give what `predict` gives, one photograph after the other, as it is used.

        As many photographs as there are connections are in memory; those that were given as
        images or bytes also wait, at most four times as many. `photographs` are collected first
        only where `eyes` has an entry for each of them.

        Raises:
            Everything that `predict` raises, as it is met.

        >>> with gantei.Client("http://127.0.0.1:3000") as client:
        ...     for answer in client.stream("demo"):
        ...         print(answer["demo-age"].eye.side, dict(answer["demo-age"].values))
        left {'age': 44.1...}
        right {'age': 43.8...}
        """
        if on_error not in ("raise", "record"):
            raise SettingError(f"on_error is 'raise' or 'record', not {on_error!r}")
        names = [estimators] if isinstance(estimators, str) else estimators
        if names is None:
            names = self._names()
        names = list(dict.fromkeys(names))
        sites = requested_sites(calibration, names)
        if sites:
            check_served(self.url, self._sites(), sites)
        sources, options = with_eyes(each_photograph(photographs), eyes)
        numbered = not is_one(photographs)
        asked = self.answers(
            sources, names, explain=explain, eyes=options, numbered=numbered, sites=sites
        )
        with closing(asked) as answers:
            for answer in answers:
                if answer.error is not None and on_error == "raise":
                    raise answer.error
                yield {name: answer.prediction(index) for index, name in enumerate(names)}

    def answers(
        self,
        photographs: Iterable[PhotographSource],
        names: Sequence[str],
        *,
        explain: bool = False,
        eyes: Iterable[EyeOption] | None = None,
        numbered: bool = False,
        sites: Sites = MappingProxyType({}),
    ) -> Generator[PhotographResult]:
        """Ask for each photograph, in order, as `gantei.inference.pipeline.estimate` does here.

        With `sites`, results are calibrated; whether the server has those is checked before.

        Raises:
            TransferError, UnknownEstimatorError, ExplanationError: as `predict`.
            SettingError: another number of eyes than of photographs.
        """
        if not names:
            raise SettingError(f"name an estimator; {self.url} lists what it serves")
        question = Question(names, explain=explain, sites=sites)

        def answer(one: tuple[int, tuple[PhotographSource, EyeOption]]) -> PhotographResult:
            number, (source, option) = one
            option = eye_of(source, None) if option is None else option
            name = source_name(source, number if numbered else None)
            return ask_about(self._server, question, number, name, source, option)

        each = enumerate(paired(photographs, eyes), 1)
        try:
            with closing(ordered(answer, each, self._connections)) as answers:
                yield from answers
        finally:
            question.stop.set()

    def _list(self) -> EstimatorList:
        return read_list(self._server.ask("GET", "/v1/estimators"))

    def _sites(self) -> dict[str, str | None]:
        return {
            each.name: each.calibration.site if each.calibration else None
            for each in self._list().estimators
        }

    def _names(self) -> list[str]:
        return [each.name for each in self._list().estimators]
