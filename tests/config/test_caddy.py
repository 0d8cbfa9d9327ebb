"""docker/Caddyfile: Caddy itself reads it, and what must stay inside is not passed on."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.embedded import children
from config.embedded.ports import free_port
from config.watch import readings
from tests.architecture.source import ROOT

CADDY = shutil.which("caddy", path=str(Path(sys.executable).parent))
FILE = (ROOT / "docker" / "Caddyfile").read_text()
NAMES = {
    "PLATFORM_HOST": "smartseller.example",
    "CONSOLE_HOST": "console.smartseller.example",
    "DASHBOARD_SUFFIX": "app.smartseller.example",
    "STOREFRONT_SUFFIX": "shops.example",
}
needs_caddy = pytest.mark.skipif(CADDY is None, reason="there is no Caddy for this platform")


def _certificate(folder: Path, name: str, ends: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"*.{name}.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(days=90))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(written)


@needs_caddy
def test_caddy_takes_the_file(tmp_path: Path):
    for name in ("dashboard", "storefront"):
        _certificate(tmp_path, name, datetime.now(UTC) + timedelta(days=30))
    file = tmp_path / "Caddyfile"
    file.write_text(FILE.replace("/certificates/", f"{tmp_path}/"))

    told = subprocess.run(
        [str(CADDY), "validate", "--adapter", "caddyfile", "--config", str(file)],
        env={**os.environ, **NAMES, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    assert "Valid configuration" in told.stdout + told.stderr


def test_the_file_asks_at_the_address_that_answers():
    from tenants.domains import ask  # noqa: PLC0415

    assert f"ask http://web:8000{ask.PATH}" in FILE


class Stub(BaseHTTPRequestHandler):
    """Stands for the product: says what arrived."""

    def do_GET(self) -> None:
        body = f"{self.path} for={self.headers.get('X-Forwarded-For', '')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_TRACE = do_GET

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Caddy with the part of the file that every host imports, in front of a stub."""
    folder, port = tmp_path_factory.mktemp("caddy"), free_port()
    stub = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=stub.serve_forever, daemon=True).start()
    [part] = re.findall(r"^\(app\) \{\n.+?^\}\n", FILE, re.MULTILINE | re.DOTALL)
    part = part.replace("web:8000", f"127.0.0.1:{stub.server_address[1]}")
    file = folder / "Caddyfile"
    file.write_text(f"{{\n\tadmin off\n}}\n{part}\nhttp://:{port} {{\n\timport app\n}}\n")
    with (folder / "log").open("ab") as log:
        caddy = children.spawn(
            [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(file)],
            log=log,
            cwd=folder,
            env={**os.environ, "HOME": str(folder)},
        )
    for _ in range(100):
        try:
            if _ask(port, "/")[0] == 200:
                break
        except OSError:
            pass
        time.sleep(0.1)
    yield port
    children.stop(caddy)
    stub.shutdown()


def _ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        return (
            answer.status,
            answer.read().decode(),
            {name.lower(): told for name, told in answer.getheaders()},
        )
    finally:
        line.close()


@needs_caddy
@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/internal/may-have-certificate?domain=x"])
def test_what_is_for_our_own_machines_is_not_passed_on(front: int, path: str):
    status, body, _ = _ask(front, path)

    assert (status, body) == (404, "")


@needs_caddy
def test_requests_are_passed_on_with_the_visitors_own_address(front: int):
    status, body, headers = _ask(front, "/cart/", **{"X-Forwarded-For": "10.0.0.1"})

    assert (status, body) == (200, "/cart/ for=127.0.0.1")
    assert not {"server", "via"} & set(headers)


@needs_caddy
def test_nothing_is_echoed(front: int):
    assert _ask(front, "/", "TRACE")[0] == 405


def test_the_end_of_a_certificate_is_told(settings, tmp_path: Path):
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
    _certificate(tmp_path, "dashboard", ends)
    settings.CERTIFICATES, settings.BACKUP_MARKS = [str(tmp_path / "dashboard.pem")], []

    [told] = [each for each in readings._machine() if each.name.endswith("certificate_expires_seconds")]

    assert [(each.labels, each.value) for each in told.samples] == [({"name": "dashboard"}, ends.timestamp())]
