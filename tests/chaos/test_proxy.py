"""The proxy does to a connection what it says, so that a fault is what its name claims."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.chaos.proxy import Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says everything twice."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk(line: socket.socket) -> None:
        with line:
            while said := line.recv(1024):
                line.sendall(said * 2)

    def serve() -> None:
        while True:
            try:
                threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    made = Proxy(echo).start()
    yield made
    made.stop()


def ask(proxy: Proxy, said: bytes = b"hello", within: float = 2) -> bytes:
    """What comes back to one line; nothing when the connection breaks. Raises TimeoutError."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=within) as line:
        line.sendall(said)
        try:
            return line.recv(1024)
        except ConnectionResetError:
            return b""


def test_passes_on_what_it_gets(proxy: Proxy):
    assert ask(proxy) == b"hellohello"


def test_cuts_an_answer_in_the_middle(proxy: Proxy):
    proxy.cut_answers_after(3)

    assert ask(proxy) in (b"hel", b"")


def test_swallows_until_it_heals(proxy: Proxy):
    proxy.swallow()
    with pytest.raises(TimeoutError):
        ask(proxy, within=0.3)

    proxy.heal()
    assert ask(proxy) == b"hellohello"


def test_refuses_until_it_heals(proxy: Proxy):
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        ask(proxy)

    proxy.heal()
    assert ask(proxy) == b"hellohello"


def test_breaks_what_is_open(proxy: Proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=2) as line:
        line.sendall(b"hello")
        assert line.recv(1024) == b"hellohello"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            line.recv(1024)
