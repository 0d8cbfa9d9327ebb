"""The front end's build: only when needed, and one clear line when it fails."""

import shutil

import pytest

from config import frontend


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A copy of what the build reads, with a program in Node's place that only marks that it ran."""
    root = tmp_path / "a clone"
    (root / "templates" / "assets").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(frontend.ROOT / name, root / name)
    (root / "node_modules").mkdir()
    node = tmp_path / "node"
    node.write_text(
        '#!/bin/sh\necho "$@" >> ran\ncase "$*" in *build.mjs*) mkdir -p .build/static .build/icons;; esac\n'
        "test ! -e broken\n"
    )
    node.chmod(0o755)
    monkeypatch.delenv("BUILD_DIR", raising=False)
    monkeypatch.setattr(frontend, "_node", lambda: (str(node), "npm-cli.js"))
    return root


def test_builds_once_until_a_template_changes(clone):
    assert frontend.build(clone)
    assert not frontend.build(clone)

    (clone / "templates" / "page.html").write_text('<p class="mt-4">')
    assert frontend.build(clone)

    ran = (clone / "ran").read_text().splitlines()
    assert [line.split()[0] for line in ran] == [
        "npm-cli.js",
        "templates/assets/build.mjs",
        "templates/assets/build.mjs",
    ]


def test_installs_packages_again_when_the_lock_changed(clone):
    frontend.build(clone)
    (clone / "package-lock.json").write_text("{}")
    frontend.build(clone)

    assert (clone / "ran").read_text().count("npm-cli.js ci") == 2


def test_builds_again_after_a_failure(clone, capsys):
    (clone / "broken").touch()
    with pytest.raises(frontend.BuildFailed, match="not built"):
        frontend.build(clone)

    (clone / "broken").unlink()
    assert frontend.build(clone)
