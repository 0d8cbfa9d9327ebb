"""Start everything in order, watch it, and stop it together."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from config import embedded, frontend
from config.embedded import CannotStart, Servers
from config.launch import console
from config.launch.environment import ROOT, Choices, choices, for_processes, python
from config.launch.joining import noted
from config.launch.processes import Crew, answers, listens

WEB_WORKERS = 2
WEB_THREADS = 4


class StopAsked(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal, or sent SIGTERM."""


def main() -> int:
    """Run until asked to stop. Returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        chosen = choices(os.environ)
        print("Starting SmartSeller", flush=True)
        with console.step("Front end"):
            frontend.build()
        with console.step("PostgreSQL and Redis"):
            servers = embedded.start(chosen.data_dir)
        with servers:
            _serve(chosen, servers)
    except (CannotStart, frontend.BuildFailed) as refusal:
        print(f"\n{refusal}", file=sys.stderr, flush=True)
        return 1
    except StopAsked:
        print("\nStopped.", flush=True)
    return 0


def _serve(chosen: Choices, servers: Servers) -> None:
    """Prepare the database, start the processes, and watch over them until something ends."""
    crew = Crew(cwd=ROOT, env=for_processes(chosen, servers, os.environ), logs=chosen.logs)
    try:
        _prepare(crew, chosen)
        with console.step("Web, worker, scheduler, fake providers"):
            _start_processes(crew, chosen)
        with noted(chosen.data_dir, crew.env, os.environ):
            console.ready(
                chosen.port,
                chosen.data_dir / "demo.json",
                metrics_port=crew.env["METRICS_PORT"],
                providers_url=crew.env["FAKES_URL"],
            )
            _watch(crew, servers)
    finally:
        # A second Ctrl-C must not leave half of them running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        crew.stop()
        servers.stop()


def _watch(crew: Crew, servers: Servers) -> None:
    while True:
        crew.check()
        if log := servers.died():
            raise CannotStart(f"A server stopped by itself: read {log}, then start again.")
        time.sleep(0.3)


def _prepare(crew: Crew, chosen: Choices) -> None:
    with console.step("Texts and static files"):
        crew.run("messages", python("manage.py", "messages", "--compile"), remedy="Correct the translation.")
        _collect_static(crew)
    with console.step("Database"):
        crew.run("setup", python("manage.py", "setup"), remedy="Correct the migration, or `make clean`.")
    if chosen.with_demo:
        with console.step("Demo stores (the first time: a minute or two)"):
            # The stores open accounts at the providers, so these must be there to answer.
            _start_fakes(crew)
            crew.run(
                "seed",
                python("manage.py", "seed_demo"),
                remedy="Start with SEED=0, or `make clean`.",
                tell=console.progress,
            )


def _collect_static(crew: Crew) -> None:
    """Give static files their hashed names, when they changed since the last time."""
    out = Path(crew.env.get("BUILD_DIR") or ROOT / ".build")
    wanted = (out / "built").read_text() + (ROOT / "requirements" / "local.txt").read_text()
    mark = out / "collected"
    if mark.exists() and mark.read_text() == wanted:
        return
    command = python("manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0")
    crew.run("static", command, remedy="Correct the file that is named above.")
    mark.write_text(wanted)


def _start_processes(crew: Crew, chosen: Choices) -> None:
    # What the processes of the run before have counted.
    shutil.rmtree(crew.env["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    _start_fakes(crew)
    crew.start("worker", python("manage.py", "run_worker"))
    crew.start("scheduler", python("manage.py", "run_scheduler"))
    crew.start(
        "web",
        python(
            *("-m", "config.preloaded_granian", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", str(chosen.port)),
            *("--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS)),
            *(
                "--workers-kill-timeout",
                "5",
                "--respawn-failed-workers",
                "--no-ws",
                "config.wsgi:application",
            ),
        ),
    )
    crew.wait_until(lambda: answers(chosen.port, "/livez", "localhost"), within=60, what="The web server")


def _start_fakes(crew: Crew) -> None:
    """Start the fake providers, unless they are there already."""
    port = int(crew.env["FAKES_URL"].rpartition(":")[2])
    if any(process.name == "fakes" for process in crew.processes):
        return
    crew.start("fakes", python("-m", "tests.fakes", "--port", str(port)))
    crew.wait_until(lambda: listens(port), within=30, what="The fake providers")
    crew.run("stripe", python("manage.py", "sync_stripe"), remedy="Read what Stripe said.")


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    raise StopAsked


if __name__ == "__main__":
    sys.exit(main())
