"""Another certificate for new connections, while those that are open go on."""

import logging
import shutil
import signal
import socket
import ssl

import pytest

from .certificates import Authority, trusting
from .conftest import wait_until
from .running_servers import running

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("cryptography.x509", reason="cryptography is not installed")


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def hangups():
    from gantei_service.hangups import Hangups

    return Hangups()


@pytest.fixture
def serving(make_estimator, authority, hangups, tmp_path):
    """`serving(**options)`: a running server that shows `shown.pem`; gives its address."""
    from gantei_service.served_certificate import ServedCertificate
    from gantei_service.server import server_of
    from gantei_service.settings import Settings
    from gantei_service.tls import Certificate

    def start(token_file=None, **options):
        replace(authority, "first")
        files = Certificate(tmp_path / "shown.pem", tmp_path / "shown.key", **options)
        settings = Settings(estimators=(str(make_estimator()),), token_file=token_file)
        return running(server_of(settings, ServedCertificate(files), hangups), "https")

    return start


def replace(authority, name, key=None):
    """Put a certificate, and its key or another one, where the server reads them."""
    files = authority.sign(name)
    shutil.copy(files[0], authority.folder / "shown.pem")
    shutil.copy(key or files[1], authority.folder / "shown.key")


def opened(url, context):
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    plain = socket.create_connection(address, timeout=10)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def shown(url, authority):
    """Whose certificate a new connection sees."""
    with opened(url, trusting(authority)) as connection:
        return dict(each[0] for each in connection.getpeercert()["subject"])["commonName"]


def received(connection):
    if piece := connection.recv(65536):
        return piece
    raise ConnectionError("the server hung up")


def asked(connection, path):
    """The answer on a connection that stays open."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    (length,) = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    while len(body) < length:
        body += received(connection)
    return body.decode()


def hang_up(hangups):
    hangups._note(signal.SIGHUP, None)


def told(caplog, beginning):
    return [each.facts for each in caplog.records if each.msg.startswith(beginning)]


def test_new_connections_see_the_new_certificate_and_open_ones_go_on(serving, authority, hangups):
    with serving() as url, opened(url, trusting(authority)) as old:
        assert "alive" in asked(old, "/livez")
        replace(authority, "second")
        assert shown(url, authority) == "first"
        hang_up(hangups)
        wait_until(lambda: shown(url, authority) == "second")
        assert "alive" in asked(old, "/livez")


def test_a_key_of_another_certificate_changes_nothing(serving, authority, hangups, caplog):
    caplog.set_level(logging.INFO, "gantei.service")
    with serving() as url:
        replace(authority, "second", key=authority.folder / "first.key")
        hang_up(hangups)
        wait_until(lambda: told(caplog, "reload failed"))
        assert shown(url, authority) == "first"
        with opened(url, trusting(authority)) as connection:
            metrics = asked(connection, "/metrics")
    (failed,) = told(caplog, "reload failed")
    assert failed["by"] == "SIGHUP"
    assert "the key is not that of the certificate" in failed["why"]
    assert "gantei_last_reload_successful 0.0" in metrics


def test_a_token_file_that_cannot_be_used_fails_the_reload_and_lets_nobody_in(
    serving, authority, hangups, token_file, caplog
):
    caplog.set_level(logging.INFO, "gantei.service")
    with serving(token_file=token_file) as url:
        replace(authority, "second")
        token_file.write_text("damaged")
        hang_up(hangups)
        wait_until(lambda: told(caplog, "reload failed"))
        assert "tokens, line 1" in told(caplog, "reload failed")[0]["why"]
        with opened(url, trusting(authority)) as connection:
            assert "token-required" in asked(connection, "/v1/estimators")
        assert shown(url, authority) == "first"


def test_a_client_authority_that_was_taken_out_lets_nobody_in(
    serving, authority, hangups, tmp_path
):
    (tmp_path / "others").mkdir()
    others, allowed = Authority(tmp_path / "others"), tmp_path / "allowed.pem"
    shutil.copy(authority.path, allowed)

    def let_in(whose):
        context = trusting(authority)
        context.load_cert_chain(*whose.sign("ward"))
        try:
            with opened(url, context) as connection:
                return "alive" in asked(connection, "/livez")
        except (ssl.SSLError, ConnectionError):
            return False

    with serving(client_ca=allowed) as url:
        assert let_in(authority)
        assert not let_in(others)
        shutil.copy(others.path, allowed)
        hang_up(hangups)
        wait_until(lambda: let_in(others))
        assert not let_in(authority)


def test_the_metrics_and_a_warning_say_when_the_certificate_expires(serving, authority, caplog):
    caplog.set_level(logging.INFO, "gantei.service")
    with serving() as url, opened(url, trusting(authority)) as connection:
        metrics = asked(connection, "/metrics")
        ends = ssl.cert_time_to_seconds(connection.getpeercert()["notAfter"])
    name = "gantei_certificate_expiry_timestamp_seconds"
    (line,) = [line for line in metrics.splitlines() if line.startswith(f"{name} ")]
    assert float(line.split()[1]) == ends
    (warned,) = told(caplog, "certificate expires soon")
    assert warned["days"] == 0
