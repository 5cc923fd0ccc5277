"""The certificate that new connections are shown; another takes its place while the server runs."""

import ssl
from datetime import datetime
from typing import NamedTuple

from gantei.errors import SettingError

from .certificate_expiry import expiry_of
from .tls import Certificate, tls_context


class ReadCertificate(NamedTuple):
    """A certificate as its files have it: what new connections get, and until when it is valid."""

    context: ssl.SSLContext
    http2: ssl.SSLContext
    expires: datetime


class ServedCertificate:
    """Certificate, key and client authorities, which are read again when that is asked for.

    Attributes:
        context: for whoever listens, all the time.
        http2: the same, for whoever listens for HTTP/2.
        expires: when the first of the certificates that it shows does.
    """

    def __init__(self, files: Certificate) -> None:
        """Read the files.

        Raises:
            SettingError: as `read`.
        """
        self._files = files
        self.context = _Changing(ssl.PROTOCOL_TLS_SERVER)
        self.http2 = _Changing(ssl.PROTOCOL_TLS_SERVER)
        self.use(self.read())

    def read(self) -> ReadCertificate:
        """Read the files, and change nothing yet.

        Raises:
            SettingError: as `tls_context`; or it cannot be told when the certificate expires.
        """
        contexts = tls_context(self._files), tls_context(self._files, ["h2"])
        path = self._files.certfile
        try:
            return ReadCertificate(*contexts, expiry_of(path.read_text("utf-8", "replace")))
        except (OSError, ValueError) as error:
            raise SettingError(f"{path}: {error}") from error

    def use(self, read: ReadCertificate) -> None:
        """Show it to connections that are made from now on; those that are there go on."""
        self.context.current, self.http2.current, self.expires = read


class _Changing(ssl.SSLContext):
    """A context that hands every new connection to the current one.

    Loading another certificate into a context would leave its client authorities as they were:
    one that was taken out of the file would still be let in.
    """

    current: ssl.SSLContext

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return self.current.wrap_bio(incoming, outgoing, server_side, server_hostname, session)
