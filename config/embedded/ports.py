"""Free ports on the loopback address, and what else is remembered between two starts."""

import json
import os
import random
import secrets
import socket
from pathlib import Path

from config.embedded.errors import CannotStart

# Below the range for outgoing connections, so that none of those takes a port while its server is down.
_FIRST, _LAST = 20_000, 29_999


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port() -> int:
    """Pick a port that nothing listens on."""
    for port in random.sample(range(_FIRST, _LAST + 1), 200):
        if is_free(port):
            return port
    raise CannotStart("No free port between 20000 and 29999 on 127.0.0.1: stop some servers and try again.")


class Memory:
    """Ports and passwords that stay the same between starts, in a JSON file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.values: dict[str, str] = json.loads(path.read_text())
        except (OSError, ValueError):
            self.values = {}

    def port(self, name: str) -> int:
        """Return the port used last time, or another one when somebody has taken it."""
        known = self.values.get(f"{name}_port")
        if known and is_free(int(known)):
            return int(known)
        port = free_port()
        self.remember(f"{name}_port", str(port))
        return port

    def secret(self, name: str) -> str:
        """Return a random text that was made once."""
        if name not in self.values:
            self.remember(name, secrets.token_urlsafe(32))
        return self.values[name]

    def remember(self, name: str, value: str) -> None:
        """Write one value, in a way that a crash cannot leave half a file."""
        self.values[name] = value
        draft = self.path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self.values, file, indent=1)
        draft.replace(self.path)
