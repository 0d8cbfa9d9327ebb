"""docker/postgres/*.sh against a real server: a lost disk, and a mistake that is undone to the second."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from config.embedded import accounts, children, installs
from config.embedded.ports import free_port
from tests.architecture.source import ROOT

SCRIPTS = ROOT / "docker" / "postgres"


class Ground:
    """A server whose changes are archived, with the scripts beside it, as compose.yaml sets them up."""

    def __init__(self, folder: Path) -> None:
        self.account = accounts.unprivileged()
        self.programs = installs.postgres_programs(self.account)
        self.folder, self.port = folder, free_port()
        self.server: subprocess.Popen[bytes] | None = None
        for name in ("backups", "backups/wal", "backups/base"):
            (folder / name).mkdir()
        shutil.copytree(SCRIPTS, folder / "scripts")
        if self.account:
            self.account.own(folder, *folder.rglob("*"))
        self.env = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "BACKUPS": str(folder / "backups"),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "KEEP": "1",
        }

    def run(self, *command: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=check,
            **(self.account.popen_arguments() if self.account else {}),
        )

    def start(self, cluster: Path) -> None:
        told = {
            "port": self.port,
            "unix_socket_directories": self.folder,
            "wal_level": "replica",
            "archive_mode": "on",
            "archive_command": f'"{self.folder}/scripts/archive.sh" "%p" "%f"',
        }
        options = [part for name, value in told.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.server = children.spawn(
                [str(self.programs / "postgres"), "-D", str(cluster), *options],
                log=log,
                cwd=self.folder,
                env=self.env,
                account=self.account,
            )
        for _ in range(300):
            # While it recovers it answers only readers, or nobody.
            try:
                if self.ask("SELECT pg_is_in_recovery()") is False:
                    return
            except psycopg2.OperationalError:
                pass
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text()[-2_000:])

    def ask(self, statement: str, database: str = "postgres") -> Any:
        line = psycopg2.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database)
        with closing(line):
            line.autocommit = True
            with line.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None

    def archive_all(self) -> None:
        wanted = self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        for _ in range(100):
            if (self.folder / "backups" / "wal" / wanted).exists():
                return
            time.sleep(0.1)
        raise AssertionError(f"{wanted} was not archived")

    def die(self) -> None:
        if self.server is not None:
            children.stop(self.server, by=signal.SIGQUIT)
            self.server = None


@pytest.fixture
def ground() -> Iterator[Ground]:
    # Not below pytest's folder: PostgreSQL is another user, who may not enter there.
    folder = Path(tempfile.mkdtemp(prefix="smartseller-backups-"))
    ground = Ground(folder)
    yield ground
    ground.die()
    shutil.rmtree(folder, ignore_errors=True)


def _restore(ground: Ground, cluster: Path, moment: str) -> None:
    """The steps of docker/README.md, "Restore everything"."""
    [base] = (ground.folder / "backups" / "base").iterdir()
    ground.run("install", "-d", "-m", "700", cluster)
    ground.run("tar", "-xzf", base / "base.tar.gz", "-C", cluster)
    wal = ground.folder / "backups" / "wal"
    with (cluster / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            f"restore_command = 'cp \"{wal}/%f\" \"%p\"'\nrecovery_target_time = '{moment}'\n"
            "recovery_target_action = promote\n"
        )
    ground.run("touch", cluster / "recovery.signal")


@pytest.mark.chaos
def test_a_lost_disk_and_a_mistake_are_undone_to_the_second(ground: Ground):
    """F-BACKUP, whole cluster: base backup, changes, a mistake, the disk gone, back to before the mistake."""
    cluster, restored = ground.folder / "data", ground.folder / "restored"
    ground.run(ground.programs / "initdb", "-D", cluster, "-U", "postgres", "--auth", "trust", "--no-sync")
    ground.start(cluster)
    ground.ask("CREATE TABLE orders (number int)")
    ground.ask("INSERT INTO orders SELECT generate_series(1, 1000)")

    said = ground.run(ground.folder / "scripts" / "backup.sh")
    ground.ask("INSERT INTO orders SELECT generate_series(1001, 1500)")
    moment = ground.ask("SELECT clock_timestamp()::text")
    time.sleep(1.1)
    ground.ask("DELETE FROM orders")
    ground.archive_all()
    ground.die()
    shutil.rmtree(cluster)

    assert "is complete" in said.stdout
    assert (ground.folder / "backups" / "last-base-backup").exists()
    _restore(ground, restored, moment)
    ground.start(restored)
    assert ground.ask("SELECT count(*) FROM orders") == 1500


@pytest.mark.chaos
def test_old_backups_and_what_only_they_need_are_forgotten(ground: Ground):
    cluster, backups = ground.folder / "data", ground.folder / "backups"
    ground.run(ground.programs / "initdb", "-D", cluster, "-U", "postgres", "--auth", "trust", "--no-sync")
    ground.start(cluster)
    ground.ask("CREATE TABLE orders (number int)")
    ground.archive_all()
    oldest = min(path.name for path in (backups / "wal").iterdir())
    ground.run(ground.folder / "scripts" / "backup.sh")
    first = {path.name for path in (backups / "base").iterdir()}

    time.sleep(1.1)
    ground.run(ground.folder / "scripts" / "backup.sh")

    [second] = (backups / "base").iterdir()
    assert {second.name} != first
    assert not (backups / "wal" / oldest).exists()


@pytest.mark.chaos
def test_a_backup_that_fails_leaves_no_mark(ground: Ground):
    said = ground.run(ground.folder / "scripts" / "backup.sh", check=False)

    assert said.returncode != 0
    assert not (ground.folder / "backups" / "last-base-backup").exists()
    assert [path.name for path in (ground.folder / "backups" / "base").iterdir() if path.name[0] != "."] == []


def _archive(folder: Path, content: str) -> int:
    file = folder / "file"
    file.write_text(content)
    (folder / "wal").mkdir(exist_ok=True)
    command = [SCRIPTS / "archive.sh", file, "000000010000000000000001"]
    return subprocess.run(command, env={**os.environ, "BACKUPS": str(folder)}, check=False).returncode


def test_the_archive_takes_a_file_again_but_never_another_of_its_name(tmp_path: Path):
    assert _archive(tmp_path, "changes") == 0
    assert _archive(tmp_path, "changes") == 0
    assert _archive(tmp_path, "changes of another server") != 0

    [kept] = (tmp_path / "wal").iterdir()
    assert kept.read_text() == "changes"


def test_a_full_archive_is_told_to_postgresql(tmp_path: Path):
    (tmp_path / "wal").write_text("no folder")

    with pytest.raises(FileExistsError):
        _archive(tmp_path, "changes")
    told = subprocess.run(
        [SCRIPTS / "archive.sh", tmp_path / "wal", "1"],
        env={**os.environ, "BACKUPS": str(tmp_path)},
        check=False,
        capture_output=True,
    )
    assert told.returncode != 0


@pytest.mark.chaos
def test_the_roles_that_init_makes_carry_the_product_and_a_backup(ground: Ground):
    """init.sh as the image runs it, a backup as its own role, then `manage.py setup` as the product's."""
    cluster = ground.folder / "data"
    ground.run(ground.programs / "initdb", "-D", cluster, "-U", "postgres", "--auth", "trust", "--no-sync")
    ground.start(cluster)
    ground.ask("CREATE DATABASE smartseller")
    ground.env |= {
        "PGDATA": str(cluster),
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "smartseller",
        "SMARTSELLER_PASSWORD": 'it\'s "quoted"',
        "BACKUP_PASSWORD": "other",
    }
    ground.run(ground.folder / "scripts" / "init.sh")
    ground.env |= {"PGUSER": "backup"}
    ground.run(ground.folder / "scripts" / "backup.sh")

    told = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"postgres://smartseller@127.0.0.1:{ground.port}/smartseller",
        "DATABASE_OWNER_ROLE": "smartseller_owner",
        "REDIS_URL": os.environ["REDIS_URL"],
        "DATA_DIR": str(ground.folder / "product"),
        "SECRET_KEY": "only-for-this-test",
        "SEALING_KEYS": "test:dGVzdC1rZXktb25seS1mb3ItdGhlLXRlc3Qtc3VpdGU=",
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "setup"],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2_000:]
    owners = "SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE tablename LIKE 'tenants_%'"
    assert ground.ask(owners, database="smartseller") == "smartseller_owner"
    assert "samenet" in (cluster / "pg_hba.conf").read_text()
