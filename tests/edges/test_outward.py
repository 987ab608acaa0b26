"""Addresses that people chose: HTTPS to public ones alone, no redirects, bounded answers, no secret in a fault."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from image_export.edges.outward import client
from image_export.edges.outward.addresses import is_public
from image_export.edges.outward.client import Outward
from image_export.edges.outward.variables import variable
from image_export.edges.runtime.redaction import KNOWN
from image_export.errors import CloudFault, Refused, Unanswered, Unreached
from tests.patience import HANGS_S

from .listening import closed_port, http, listening

CLOUD = Outward(None, lambda: 60.0)
INSIDE = Outward("http://127.0.0.1:1", lambda: 60.0)
PRIVATE = "The address is not called: its host is private, loopback, link-local or reserved."


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),  # 8.8.8.8 by NAT64
        ("100.100.100.200", False),  # the metadata service
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fec0::1", False),
        ("4000::1", False),
        ("64:ff9b:1::7f00:1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2002:808:808::", True),  # 8.8.8.8 by 6to4
        ("192.0.0.8", False),
        ("192.0.0.9", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("2001::1", False),  # Teredo
        ("2001:1::1", False),
        ("2001:20::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("100::1", False),
        ("100:0:0:1::1", False),
        ("64:ff9b:1::808:808", False),
    ],
)
def test_public_addresses_are_told_from_others(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.com/hook", "The address is not called: it is not https."),
        ("http://127.0.0.1/hook", "The address is not called: it is not https."),
        ("ftp://example.com/hook", "The address is not called: it is not https."),
        ("https://", "The address is not called: it is no plain URL."),
        ("https://somebody:pass@example.com/", "The address is not called: it is no plain URL."),
        ("https://example.com:0/", "The address is not called: it is no plain URL."),
        ("https://example.com:99999/", "The address is not called: it is no plain URL."),
        ("https://[::1/", "The address is not called: it is no plain URL."),
        ("https://exa mple.com/", "The address is not called: it is no plain URL."),
        ("https://example.com/\r\nHost: x", "The address is not called: it is no plain URL."),
        ("https://\uff11\uff12\uff17.0.0.1/", "The address is not called: it is no plain URL."),
        ("https://127.0.0.1/", PRIVATE),
        ("https://127.1/", PRIVATE),
        ("https://0x7f000001/", PRIVATE),
        ("https://2130706433/", PRIVATE),
        ("https://0177.0.0.1/", PRIVATE),
        ("https://[::ffff:127.0.0.1]/", PRIVATE),
        ("https://[fe80::1]/", PRIVATE),
        ("https://localhost/", PRIVATE),
        ("https://100.100.100.200/latest/meta-data", PRIVATE),
        ("https://10.0.0.8:8443/hook", PRIVATE),
    ],
)
def test_what_is_not_called(url: str, message: str) -> None:
    with pytest.raises(Refused) as fault:
        CLOUD.send(url, b"{}")
    assert (fault.value.code, fault.value.cause.message) == ("AddressRefused", message)


def answers(*addresses: str) -> list[tuple[object, ...]]:
    """What the resolver says of a host with these addresses."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]


def test_a_name_that_leads_inside_is_not_called_even_where_it_leads_outside_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers("8.8.8.8", "10.0.0.1"))
    with pytest.raises(Refused, match="AddressRefused"):
        CLOUD.send("https://hooks.example.com/")


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def resolve(host: object, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return answers("127.0.0.1") if host != "hooks.example.com" or len(asked) > 1 else answers("192.0.2.1")

    monkeypatch.setattr(client, "timeouts", lambda _: (0.05, 0.05))
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("image_export.edges.outward.addresses.is_public", lambda _: True)
    with pytest.raises(CloudFault):
        CLOUD.send("https://hooks.example.com/")
    assert asked[0] == "hooks.example.com"
    assert "hooks.example.com" not in asked[1:]


WEBHOOK_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (f"whsec_{WEBHOOK_KEY}", WEBHOOK_KEY),
        ("SEC8d2f0c1e5b7a49d6", "8d2f0c1e5b7a49d6"),
        ("SEC8d2f0c1e5b7a49d6", "U0VDOGQyZjBjMWU1YjdhNDlkNg"),
        ("https://a.example.com/send?keyWithoutEquals12", "keyWithoutEquals12"),
        ("https://b.example.com/a%2Fb-Secret-1234/x", "b-Secret-1234"),
        ("https://b.example.com/a%2Fb-Secret-1234/x", "a%2Fb-Secret-1234"),
        ("https://c.example.com/x#fragment-Secret1", "fragment-Secret1"),
        ("https://d.example.com/a;session=matrixSecret12/b", "matrixSecret12"),
        ("https://e.example.com/x?k=pathSecret1234", "cGF0aFNlY3JldDEyMzQ"),
    ],
)
def test_a_secret_is_hidden_in_each_form_that_a_service_may_quote(value: str, quoted: str) -> None:
    variable({"IMAGE_EXPORT_FORM": value}, "env:IMAGE_EXPORT_FORM")
    assert KNOWN.hide(f"is not known: {quoted}") in ("is not known: ***", "is not known: a/***")


@contextmanager
def over_tls(folder: Path, name: str) -> Iterator[tuple[int, Path]]:
    """The port of a server on loopback whose certificate is for that name, and who vouches for it: itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(tz=timezone.utc)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            with context.wrap_socket(server.accept()[0], server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(http("200 OK", b"well"))
        except OSError:  # whoever does not trust the certificate goes away
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1], file
    server.close()
    thread.join(5)


@pytest.mark.parametrize(("certified", "is_trusted"), [("hooks.example.com", True), ("other.example.com", False)])
def test_the_certificate_must_be_the_hosts_by_whatever_address_it_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certified: str, is_trusted: bool
) -> None:
    monkeypatch.setattr(client, "public_addresses", lambda *_: ["127.0.0.1"])
    with over_tls(tmp_path, certified) as (port, vouching):
        monkeypatch.setattr("certifi.where", lambda: str(vouching))
        if is_trusted:
            assert CLOUD.send(f"https://hooks.example.com:{port}/").body == b"well"
        else:
            with pytest.raises(CloudFault, match="CertificateError"):
                CLOUD.send(f"https://hooks.example.com:{port}/")


def test_a_name_that_nobody_knows_is_unreached() -> None:
    with pytest.raises(Unreached, match=r"The address at nobody\.invalid could not be reached"):
        CLOUD.send("https://nobody.invalid/key-in-the-path")


def test_loopback_is_called_over_http_where_the_endpoint_is_on_loopback() -> None:
    heard: list[bytes] = []
    with listening(http("200 OK", b"ok", **{"X-Some": "thing"}), heard) as host:
        answer = INSIDE.send(f"http://{host}/hook/key?sign=1", b"{}", headers={"webhook-id": "one"})
    assert (answer.status, answer.body, answer.headers["x-some"]) == (200, b"ok", "thing")
    head = heard[0].decode()
    assert head.startswith("POST /hook/key?sign=1 HTTP/1.1\r\n")
    assert f"Host: {host}\r\n" in head
    assert "webhook-id: one\r\n" in head


def test_an_endpoint_elsewhere_opens_no_loopback() -> None:
    with pytest.raises(Refused, match="it is not https"):
        Outward("https://ecs.example.com", lambda: 60.0).send("http://127.0.0.1/")


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    heard: list[bytes] = []
    with listening(http("302 Found", b"", Location="http://127.0.0.1:1/inside"), heard) as host:
        assert INSIDE.send(f"http://{host}/").status == 302
    assert len(heard) == 1


def test_an_answer_is_read_up_to_64_kib() -> None:
    with listening(http("200 OK", b"x" * 200_000)) as host:
        assert len(INSIDE.send(f"http://{host}/").body) == 65_536


def test_who_breaks_off_has_given_no_answer() -> None:
    with listening(None) as host, pytest.raises(Unanswered, match=r"The address at 127\.0\.0\.1 gave no answer"):
        INSIDE.send(f"http://{host}/secret-key")


def test_who_is_not_there_is_unreached() -> None:
    with pytest.raises(Unreached) as fault:
        INSIDE.send(f"http://{closed_port()}/secret-key")
    assert "secret-key" not in str(fault.value)


@contextmanager
def dripping(head: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n") -> Iterator[str]:
    """A server whose answer goes on byte by byte behind this, without end."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(head)
            while not over.wait(0.01):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}"
    over.set()
    thread.join(5)
    server.close()


def test_an_answer_that_comes_drop_by_drop_takes_no_longer_than_one_that_does_not_come() -> None:
    before = set(threading.enumerate())
    with dripping() as host:
        dripped = set(threading.enumerate())
        with pytest.raises(Unanswered, match="its answer has no end"):
            INSIDE._replace(patience_s=0.1).send(f"http://{host}/")
        for thread in set(threading.enumerate()) - dripped:  # who reads it gives up, too
            thread.join(HANGS_S)
            assert not thread.is_alive()
    assert set(threading.enumerate()) == before


def test_a_head_that_comes_drop_by_drop_is_waited_for_twice_as_long_as_a_silent_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float | None] = []

    class Recording(threading.Thread):
        def join(self, timeout: float | None = None) -> None:
            waited.append(timeout)
            super().join(0.01)

    monkeypatch.setattr(client, "Thread", Recording)
    with dripping(b"HTTP/1.1 200 OK\r\nX: ") as host, pytest.raises(Unanswered, match="its answer has no end"):
        INSIDE._replace(patience_s=2.5).send(f"http://{host}/")
    assert waited == [5.0]


@pytest.mark.parametrize("host", ["hooks..example.com", "x" * 64 + ".example.com"])
def test_a_name_that_is_none_is_unreached(host: str) -> None:
    with pytest.raises(Unreached, match="its name is none"):
        CLOUD.send(f"https://{host}/")


def test_a_variable_and_the_keys_within_it_are_secret_from_then_on() -> None:
    url = "https://chat.example.com/services/cn-hangzhou/KEYINPATH/abcdefghijklmnopqrst?access_token=KEYINQUERY88"
    assert variable({"IMAGE_EXPORT_X": f" {url} "}, "env:IMAGE_EXPORT_X") == url
    said = KNOWN.hide(
        f"{url} KEYINPATH abcdefghijklmnopqrst KEYINQUERY88 https://chat.example.com services cn-hangzhou"
    )
    assert said == "*** *** *** *** https://chat.example.com services cn-hangzhou"


@pytest.mark.parametrize("environ", [{}, {"IMAGE_EXPORT_X": "  "}])
def test_a_variable_that_is_not_set_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(Refused) as fault:
        variable(environ, "env:IMAGE_EXPORT_X")
    assert fault.value.code == "VariableMissing"
    assert fault.value.cause.message == "The function has no environment variable IMAGE_EXPORT_X."
