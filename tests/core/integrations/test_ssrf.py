"""T-SSRF (A41): whatever address is typed, nothing is called that only our machines can reach."""

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.integrations.delivery import addresses
from core.integrations.delivery.client import MOST_BYTES, HookClient
from core.integrations.ports import AddressForbidden, Answer, Failure, NoAnswer
from tests.fakes.receiver import Receiver
from tests.fakes.server import FakeServer, FaultKind

HIDDEN = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com:70/_x",
    "javascript:alert(1)",
    "data:text/plain,x",
    "//example.com/",
    "example.com",
    "",
    "https://",
    "https:///x",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1:443/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://93.184.216.34/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00:ec2::254]/",
    "https://[fc00::1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://redis:443/",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1@example.com/",
    "https://example.com:22/",
    "https://example.com:6379/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://example.com/#@127.0.0.1",
    "https://example.com#x",
    "https://example.com\\@127.0.0.1/",
    "https://exa mple.com/",
    "https://example.com/\r\nHost: redis",
    "https://example.com/\x00",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://-.example.com/",
    "https://example..com/",
    "https://example.com./",
    "https://" + "a" * 600 + ".com/",
]
PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.10",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "192.88.99.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "64:ff9b::a9fe:a9fe",
    "2001:0:53aa::1",
    "2002:7f00:1::1",
    "2001:db8::1",
    "not an address",
]


class Deaf(httpcore.NetworkBackend):
    """A network on which nobody answers, and that remembers who was called."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.called.append(f"{host}:{port}")
        raise httpcore.ConnectError("nobody")


def client_for(resolve: Callable[[str, int], Sequence[str]], **more: Any) -> tuple[HookClient, Deaf]:
    network = Deaf()
    return HookClient(resolve=resolve, network=network, **more), network


@pytest.mark.parametrize("url", HIDDEN)
def test_an_address_that_hides_something_is_refused_before_it_is_looked_up(url: str):
    asked: list[str] = []
    client, network = client_for(lambda host, port: asked.append(host) or ["93.184.216.34"])

    with pytest.raises(AddressForbidden):
        client.post(url, headers={}, body=b"{}")
    assert (asked, network.called) == ([], [])


def test_there_are_at_least_sixty_of_them():
    assert len(set(HIDDEN)) >= 60


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_private_ground_is_refused(address: str):
    client, network = client_for(lambda host, port: ["93.184.216.34", address])

    with pytest.raises(AddressForbidden):
        client.post("https://hooks.example.com/x", headers={}, body=b"{}")
    assert network.called == []


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1"])
def test_a_public_address_is_called(address: str):
    client, network = client_for(lambda host, port: [address])

    with pytest.raises(NoAnswer):
        client.post("https://hooks.example.com/x", headers={}, body=b"{}")
    assert network.called == [f"{address}:443"]


def test_a_name_that_changes_its_mind_is_asked_once_and_pinned():
    replies = [["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]]
    client, network = client_for(lambda host, port: replies.pop(0))

    with pytest.raises(NoAnswer) as silence:
        client.post("https://rebinding.example.com/", headers={}, body=b"{}")
    assert silence.value.failure == Failure.CONNECTION
    assert (network.called, len(replies)) == (["93.184.216.34:443"], 2)


def test_a_name_that_leads_nowhere_gives_no_answer():
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    client, _network = client_for(unknown)
    with pytest.raises(NoAnswer) as silence:
        client.post("https://nowhere.example.com/", headers={}, body=b"{}")
    assert silence.value.failure == Failure.NAME


def test_production_knows_no_loopback_and_development_only_that():
    assert addresses.read("http://127.0.0.1:8010/x", may_loop_back=True).is_loopback
    for url in (
        "http://example.com/",
        "http://10.0.0.1/",
        "http://127.0.0.2:80/",
        "http://[::ffff:127.0.0.1]/",
    ):
        with pytest.raises(AddressForbidden):
            addresses.read(url, may_loop_back=True)
    client, network = client_for(lambda host, port: ["10.0.0.1"], may_loop_back=True)
    with pytest.raises(AddressForbidden):
        client.post("http://hooks.localhost/", headers={}, body=b"{}")
    assert network.called == []


def test_names_in_other_scripts_are_called_by_their_ascii_names():
    assert addresses.read("https://bücher.example/a?b=c").authority == "xn--bcher-kva.example"
    assert addresses.read("https://bücher.example/a?b=c").path == "/a?b=c"


# With a real server


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    fake = Receiver()
    with FakeServer({"receiver": fake}) as server:
        yield fake, server.url_of("receiver")


def call(url: str, **more: Any) -> Answer:
    return HookClient(may_loop_back=True, **more).post(url, headers={"X-Y": "z"}, body=b'{"a":1}')


def test_an_answer_is_told_with_its_status(receiver: tuple[Receiver, str]):
    fake, url = receiver
    answer = call(f"{url}/hook?x=1")

    assert (answer.status, answer.is_welcome) == (200, True)
    assert (fake.notices[0].body, fake.notices[0].headers["x-y"]) == (b'{"a":1}', "z")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_into_private_ground_is_not_followed(receiver: tuple[Receiver, str], status: int):
    fake, url = receiver
    fake.mood.statuses, fake.elsewhere = [status], f"{url}/inside"

    answer = call(f"{url}/hook")

    assert (answer.status, answer.is_welcome, len(fake.notices)) == (status, False, 1)


@pytest.mark.parametrize("fault", [FaultKind.SILENT, FaultKind.DEAF])
def test_silence_ends_in_time(receiver: tuple[Receiver, str], fault: FaultKind):
    fake, url = receiver
    fake.break_next(fault)

    with pytest.raises(NoAnswer) as silence:
        call(f"{url}/hook", seconds=0.4)
    assert silence.value.failure == Failure.TIME
    assert 300 < silence.value.milliseconds < 2000


def serve(said: Sequence[bytes], pause: float = 0) -> ThreadingTCPServer:
    """A server that says these bytes, whatever it is told."""

    class Says(StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            for part in said:
                try:
                    self.wfile.write(part)
                except OSError:
                    return
                threading.Event().wait(pause)

    server = ThreadingTCPServer(("127.0.0.1", 0), Says)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def port_of(server: ThreadingTCPServer) -> int:
    return int(server.server_address[1])


def test_headers_that_drip_end_in_time():
    with serve([b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 100], pause=0.1) as server:
        with pytest.raises(NoAnswer) as silence:
            call(f"http://127.0.0.1:{port_of(server)}/", seconds=0.5)
        server.shutdown()
    assert silence.value.failure == Failure.TIME


def test_a_body_without_end_is_cut_off():
    with serve([b"HTTP/1.1 200 OK\r\n\r\n", *[b"\x00" * 65536] * 1000]) as server:
        answer = call(f"http://127.0.0.1:{port_of(server)}/")
        server.shutdown()
    assert answer.status == 200
    assert MOST_BYTES == 65536
    assert "\x00" not in answer.excerpt
    assert len(answer.excerpt) == 1000


def test_what_is_no_http_is_no_answer():
    with serve([b"220 smtp ready\r\n"]) as server:
        with pytest.raises(NoAnswer) as silence:
            call(f"http://127.0.0.1:{port_of(server)}/")
        server.shutdown()
    assert silence.value.failure == Failure.ANSWER


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for `name`, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())


class Detour(httpcore.SyncBackend):
    """Reaches one local server, whatever public address is called."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore.NetworkStream:
        assert ipaddress.ip_address(host).is_global
        return super().connect_tcp("127.0.0.1", self.port, *rest, **more)


@pytest.mark.parametrize(
    ("host", "failure"), [("hooks.example.com", None), ("other.example.com", "CERTIFICATE")]
)
def test_the_certificate_must_belong_to_the_name_not_to_the_address(
    tmp_path: Path, host: str, failure: str | None
):
    at_server, at_client = certificate(tmp_path, "hooks.example.com")
    with serve([b"HTTP/1.1 204 No Content\r\n\r\n"]) as server:
        server.socket = at_server.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        client = HookClient(
            resolve=lambda host, port: ["93.184.216.34"], network=Detour(port_of(server)), tls=at_client
        )
        if failure:
            with pytest.raises(NoAnswer) as silence:
                client.post(f"https://{host}/", headers={}, body=b"{}")
            assert silence.value.failure == failure
        else:
            assert client.post(f"https://{host}/", headers={}, body=b"{}").status == 204
        server.shutdown()
