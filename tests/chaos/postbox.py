"""A mail server that keeps what it takes, and can say "later"."""

import socketserver
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes
from typing import Self


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it was taken."""

    message_id: str
    recipient: str
    subject: str


class Postbox:
    """Speaks as much SMTP as a sender needs.

    later     say 451 to each recipient: a server that is busy, or lets strangers wait
    seconds   how long each answer takes
    """

    def __init__(self, port: int = 0) -> None:
        self.letters: list[Letter] = []
        self.later, self.seconds = False, 0.0
        self._server = _Server(("127.0.0.1", port), _Session)
        self._server.box = self
        self.port: int = self._server.server_address[1]

    def start(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    box: Postbox

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed is what this is for."""


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        recipient = ""
        self._say("220 postbox")
        while line := self.rfile.readline(2048):
            verb = line[:4].upper().strip()
            if verb == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                self._say("451 4.7.1 come again later" if self.server.box.later else "250 ok")
            elif verb == b"DATA":
                self._say("354 go on")
                self._keep(recipient)
                self._say("250 taken")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, line: str) -> None:
        time.sleep(self.server.box.seconds)
        self.wfile.write(f"{line}\r\n".encode())

    def _keep(self, recipient: str) -> None:
        lines = []
        while (line := self.rfile.readline(64 * 1024)) not in (b".\r\n", b""):
            lines.append(line)
        if line:
            mail = message_from_bytes(b"".join(lines))
            self.server.box.letters.append(
                Letter(mail["Message-ID"].strip(), recipient, str(mail["Subject"]))
            )
