"""The embedded servers: real ones, in a folder whose name holds a space, killed and started again."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis

from config import embedded
from config.embedded import accounts, children, installs, ports, removal


@pytest.fixture
def no_urls(monkeypatch):
    """Forget the servers of the suite itself."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def folder(tmp_path):
    data_dir = tmp_path / "a folder with spaces" / "data"
    yield data_dir
    removal.remove(data_dir)
    assert not data_dir.exists()


def answer(url: str, statement: str) -> str:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return str(cursor.fetchone()[0]) if cursor.description else ""
    finally:
        connection.close()


@pytest.mark.usefixtures("no_urls")
def test_keeps_rows_keys_and_addresses_between_two_starts(folder):
    with embedded.start(folder) as first:
        assert answer(first.database_url, "SHOW max_locks_per_transaction") == "1024"
        assert answer(first.database_url, "SHOW server_version").startswith("18.")
        assert answer(first.database_url, "SHOW fsync") == "on"
        answer(first.database_url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
        redis.from_url(first.redis_url).set("kept", "7")
        urls = (first.database_url, first.redis_url)

    with embedded.start(folder) as second:
        assert (second.database_url, second.redis_url) == urls
        assert answer(second.database_url, "SELECT id FROM kept") == "7"
        assert redis.from_url(second.redis_url).get("kept") == b"7"


@pytest.mark.usefixtures("no_urls")
def test_starts_again_after_a_kill_that_left_everything_behind(folder):
    script = (
        "import pathlib, sys, time; from config import embedded;"
        "servers = embedded.start(pathlib.Path(sys.argv[1]));"
        "print(servers.database_url, flush=True); time.sleep(60)"
    )
    killed = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)
    url = killed.stdout.readline().strip()
    answer(url, "CREATE TABLE kept (id int)")
    with pytest.raises(embedded.CannotStart, match=f"in use by process {killed.pid}"):
        embedded.start(folder)
    postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(postmaster, signal.SIGKILL)
    killed.kill()
    killed.communicate()

    with embedded.start(folder) as servers:
        assert servers.database_url == url
        assert answer(url, "SELECT count(*) FROM kept") == "0"


@pytest.mark.usefixtures("no_urls")
def test_leaves_nothing_when_it_need_not_last(folder):
    servers = embedded.start(folder, durable=False)
    assert answer(servers.database_url, "SHOW fsync") == "off"
    cluster = (folder / "postgres").resolve()

    servers.stop()

    assert not cluster.exists()
    assert not (folder / "postgres").is_symlink()
    assert not (folder / "redis").exists()


def test_leaves_servers_alone_that_the_environment_names(folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")

    with embedded.start(folder) as servers:
        assert (servers.database_url, servers.redis_url) == (
            "postgres://somewhere/else",
            "redis://somewhere/0",
        )
        assert not (folder / "postgres").exists()


@pytest.mark.usefixtures("no_urls")
def test_says_what_to_do_when_there_is_no_redis(folder, monkeypatch):
    monkeypatch.setattr(installs, "_wheel", lambda package: None)
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(embedded.CannotStart, match=r"install it .* or set REDIS_URL\.$"):
        installs.redis_program()


@pytest.mark.usefixtures("no_urls")
def test_says_what_to_do_with_a_cluster_of_another_version(folder):
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("15\n")
    if nobody := accounts.unprivileged():
        nobody.own(folder / "postgres")

    with pytest.raises(embedded.CannotStart, match="was made by PostgreSQL 15"):
        embedded.start(folder)


def test_picks_another_port_when_the_remembered_one_is_taken(tmp_path):
    memory = ports.Memory(tmp_path / "memory.json")
    port = memory.port("postgres")
    assert ports.Memory(memory.path).port("postgres") == port

    with socket.create_server(("127.0.0.1", port)):
        assert not ports.is_free(port)
        assert memory.port("postgres") != port


def test_keeps_secrets_from_other_users(tmp_path):
    memory = ports.Memory(tmp_path / "memory.json")
    secret = memory.secret("key")

    assert ports.Memory(memory.path).secret("key") == secret
    assert stat.S_IMODE(memory.path.stat().st_mode) == 0o600


def test_never_ends_a_process_that_only_has_the_number_of_an_old_one():
    assert not children.stop_orphan(os.getpid(), naming="/a/folder/of/no/one", by=signal.SIGKILL)


def test_removes_only_what_it_made(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")
    embedded.start(tmp_path).stop()
    (tmp_path / "letters").mkdir()

    removal.remove(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can close a folder to itself's helpers")
def test_moves_files_to_open_ground_when_root_works_in_a_closed_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(accounts, "OPEN_GROUND", Path("/var/tmp") / f"smartseller-test-{os.getpid()}")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    nobody = accounts.unprivileged()

    place = accounts.reachable_folder(closed / "postgres", nobody)
    place.mkdir()

    assert nobody.can_enter(place)
    assert accounts.reachable_folder(closed / "postgres", nobody) == place
    accounts.remove_reachable(closed / "postgres")
    assert not place.exists()
    accounts.OPEN_GROUND.rmdir()
