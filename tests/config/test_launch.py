"""The launcher's parts: what it refuses, and that nothing outlives it."""

import json
import os
import shlex
import socket
import sys
import time

import pytest

from config.embedded import CannotStart, children
from config.launch import console, environment, joining
from config.launch.processes import Crew


@pytest.fixture
def crew(tmp_path):
    crew = Crew(cwd=tmp_path, env=dict(os.environ), logs=tmp_path / "logs")
    yield crew
    crew.stop()


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


@pytest.mark.parametrize("port", ["0", "65536", "web", "-1", "80 80"])
def test_refuses_a_port_that_is_no_port(port):
    with pytest.raises(CannotStart, match="give a number between"):
        environment.choices({"PORT": port})


def test_names_another_port_when_this_one_is_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} is in use: .* PORT={port + 1}"):
            environment.choices({"PORT": str(port)})


def test_puts_a_relative_folder_beside_the_sources(tmp_path):
    chosen = environment.choices({"PORT": "29998", "DATA_DIR": "here", "SEED": "0"})

    assert chosen.data_dir == environment.ROOT / "here"
    assert not chosen.with_demo
    assert environment.choices({"PORT": "29998", "DATA_DIR": str(tmp_path)}).data_dir == tmp_path


def test_shows_the_last_words_of_a_command_that_failed(crew):
    with pytest.raises(CannotStart) as refusal:
        crew.run(
            "seed", script("print('one'); raise SystemExit('no space left')"), remedy="Free some disk space."
        )

    assert "| no space left\nFree some disk space." in str(refusal.value)
    assert not crew.processes


def test_names_the_process_that_died(crew):
    crew.start("web", script("import time; time.sleep(60)"))
    crew.start("worker", script("print('out of memory'); raise SystemExit(3)"))

    with pytest.raises(CannotStart) as refusal:
        crew.wait_until(lambda: False, within=20, what="The web server")

    assert "| out of memory" in str(refusal.value)
    assert "worker stopped by itself (exit code 3)" in str(refusal.value)


def test_ends_the_children_of_its_children_too(crew, tmp_path):
    note = tmp_path / "pid"
    crew.start(
        "web",
        script(
            "import pathlib, subprocess, sys, time;"
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
            f"pathlib.Path({str(note)!r}).write_text(str(child.pid)); time.sleep(60)"
        ),
    )
    crew.wait_until(lambda: note.exists() and note.read_text() != "", within=20, what="The child")
    grandchild = int(note.read_text())

    crew.stop()

    deadline = time.monotonic() + 5
    while "time.sleep" in children.command_line(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "time.sleep" not in children.command_line(grandchild)


def test_says_where_to_go_and_who_may_log_in(tmp_path, capsys):
    demo = tmp_path / "demo.json"
    owner = {"email": "sari@example.test", "password": "pw"}
    kopi = {"slug": "kopi", "dashboard_url": "http://kopi.app.localhost", "owner": owner}
    staff = {"url": "http://console.localhost:8001", "email": "staff@example.test", "totp_secret": "S"}
    demo.write_text(json.dumps({"platform_url": "http://localhost:8001", "console": staff, "stores": [kopi]}))

    console.ready(8001, demo, metrics_port="8003", providers_url="http://127.0.0.1:8004")
    console.ready(8002, tmp_path / "none.json")

    said = capsys.readouterr().out
    assert said.startswith("\nSmartSeller is ready\n")
    assert "Log in      sari@example.test  pw" in said
    program = shlex.quote(sys.executable)
    assert f"DATA_DIR={tmp_path} {program} manage.py console_code" in said
    assert "http://localhost:8002" in said
    assert said.count("Metrics     http://127.0.0.1:8003/metrics") == 1
    assert said.count("Providers   http://127.0.0.1:8004/ ") == 1


def test_a_command_by_hand_finds_what_runs(tmp_path):
    told = {"DATABASE_URL": "postgres://here", "PORT": "8001", "HOME": "/root"}

    with joining.noted(tmp_path, told, {"HOME": "/root"}):
        found, elsewhere = {"DATA_DIR": str(tmp_path)}, {"DATA_DIR": str(tmp_path), "DATABASE_URL": "mine"}
        joining.join(found)
        joining.join(elsewhere)
        assert (tmp_path / "running.json").stat().st_mode & 0o077 == 0

    stopped = {"DATA_DIR": str(tmp_path)}
    joining.join(stopped)
    assert found == {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://here", "PORT": "8001"}
    assert elsewhere == {"DATA_DIR": str(tmp_path), "DATABASE_URL": "mine"}
    assert stopped == {"DATA_DIR": str(tmp_path)}


def test_passes_on_what_a_command_says_of_its_progress(crew):
    told: list[str] = []

    crew.run(
        "seed", script("print('· goods'); print('noise'); print('· orders')"), remedy="", tell=told.append
    )

    assert told == ["goods", "orders"]
