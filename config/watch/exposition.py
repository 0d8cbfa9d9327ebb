"""Shows the metrics on a port that only our own network reaches.

Each process of a machine waits for the port, and whoever has it shows what all have counted; when that one
ends, another takes over. So nothing is lost when a worker is respawned, and no process is special.
"""

import errno
import logging
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from django.conf import settings
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from config.watch.loads import LoadsCollector
from config.watch.readings import Readings
from tenants import meters

log = logging.getLogger(__name__)
_TRY_AGAIN_SECONDS: Final = 5.0
_readings: Final = Readings()


def start() -> None:
    """Show metrics from now on, or as soon as the process that does ends. Nothing without METRICS_PORT."""
    if settings.METRICS_PORT:
        threading.Thread(target=_serve, name="metrics", daemon=True).start()


def page() -> bytes:
    """All metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    if meters.FOLDER:
        MultiProcessCollector(registry, path=meters.FOLDER)
        parts = [generate_latest(registry)]
    else:
        parts = [generate_latest(REGISTRY)]
    own = CollectorRegistry()
    own.register(LoadsCollector())
    if settings.METRICS_READINGS:
        own.register(_readings)
    return b"".join([*parts, generate_latest(own)])


class _Page(BaseHTTPRequestHandler):
    server_version, sys_version = "metrics", ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        try:
            body = page()
        except Exception:  # a scrape that fails must tell Prometheus so, and not end the thread
            log.exception("the metrics could not be shown")
            self.send_error(500)
            return
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A scrape every few seconds is no news."""


def _serve() -> None:
    while True:
        try:
            server = ThreadingHTTPServer((settings.METRICS_HOST, settings.METRICS_PORT), _Page)
        except OSError as taken:
            if taken.errno != errno.EADDRINUSE:
                log.error("the port for metrics cannot be opened: %s", taken.strerror)
                return
            # Requests write the sums of stores down now and then; after the last one, this does.
            meters.LOADS.flush(now=True)
            time.sleep(_TRY_AGAIN_SECONDS)
            continue
        server.daemon_threads = True
        # A forked child would keep the port when its parent is gone, and answer nobody.
        os.register_at_fork(after_in_child=server.socket.close)
        server.serve_forever(poll_interval=5)
