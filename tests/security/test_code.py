"""What the code must not do, whoever writes it next (ASVS V1, V13.3, V15.3)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, chain, dotted, files, name_of, tree

# Statements made of names of our own tables, and addresses of couriers.
MADE_OF_OUR_OWN_NAMES = ("config/", "storefront/following.py", "tenants/archive/", "tenants/structure.py")
# Of the catalogue: one reads the tables of a backup, which are no models; the others are sets of thousands of
# rows, and a page's cards in one statement. What is typed goes as a parameter.
SPEAKS_SQL = re.compile(
    r"^(tenants/|config/|core/kernel/|billing/|"
    r"core/catalog/(services/(bringing_back|sheet_writing)|selectors/(cards|page))\.py|"
    r"core/inventory/(selectors/places|services/ledger)\.py|core/orders/selectors/listing\.py|"
    r"core/payments/services/opening\.py)"
)
# Bounded and checked there: see tests/tenants/test_archive.py. A workbook is weighed in a process of its own.
OPENS_ARCHIVES = (
    "config/embedded",
    "tenants/archive",
    "tenants/moving",
    "tenants/management/commands/import_store.py",
    "core/kernel/sheet_worker.py",
)


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                yield f"{name_of(path)}:{node.lineno}", node


def imports() -> Iterator[tuple[str, str]]:
    for path in files():
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                yield name_of(path), name


def test_nothing_is_evaluated():
    found = [at for at, call in calls() if dotted(call.func) in {"eval", "exec", "compile", "__import__"}]
    assert found == []


def test_no_shell_and_no_programs_but_known_ones():
    shells = [
        at
        for at, call in calls()
        if dotted(call.func) in {"os.system", "os.popen", "subprocess.getoutput"}
        or any(key.arg == "shell" for key in call.keywords)
    ]
    running = {module for module, name in imports() if name == "subprocess"}
    assert shells == []
    assert {name for name in running if name.startswith(("core/", "storefront/", "billing/"))} == {
        "core/kernel/images.py",
        "core/kernel/sheets.py",
    }


def test_no_parser_that_builds_objects_or_fetches_entities():
    """JSON only: no pickle, no YAML that makes objects, no XML, no archives of strangers."""
    banned = (
        "pickle",
        "marshal",
        "shelve",
        "yaml",
        "xml",
        "lxml",
        "dill",
        "jsonpickle",
        "zipfile",
        "tarfile",
    )
    found = [
        (module, name)
        for module, name in imports()
        if name.split(".")[0] in banned and not module.startswith(OPENS_ARCHIVES)
    ]
    assert found == []


def test_queries_are_written_by_the_orm():
    raw = [
        at
        for at, call in calls()
        if chain(call.func).rpartition(".")[2] in {"raw", "extra", "RawSQL"} and "objects" in chain(call.func)
    ]
    cursors = {at.partition(":")[0] for at, call in calls() if chain(call.func) in {"connection.cursor"}}
    assert raw == []
    assert [name for name in sorted(cursors) if not SPEAKS_SQL.match(name)] == []


def test_no_text_of_strangers_is_a_format():
    """`str.format` and `%` read attributes and widths out of their format."""
    found = []
    for at, call in calls():
        is_format = isinstance(call.func, ast.Attribute) and call.func.attr in {"format", "format_map"}
        if is_format and isinstance(call.func.value, ast.Name) and call.func.value.id.islower():
            found.append(f"{at} {call.func.value.id}")
    assert [each for each in found if not each.startswith(MADE_OF_OUR_OWN_NAMES)] == []


def test_dates_are_never_naive():
    assert [
        at
        for at, call in calls()
        if dotted(call.func) in {"datetime.utcnow", "datetime.now"} and not call.args
    ] == []


SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|ghp_[A-Za-z0-9]{30}|xox[bp]-[0-9]|"
    r"sk_live_[0-9a-zA-Z]{10}|Mid-server-[A-Za-z0-9]{20}"
)


def test_no_secret_lies_in_the_sources():
    rooms = (
        "config",
        "tenants",
        "billing",
        "core",
        "storefront",
        "templates",
        "docker",
        "requirements",
        "tests",
    )
    paths = [path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file()]
    texts = {".py", ".toml", ".html", ".js", ".yaml", ".yml", ".env", ".sh", ".txt", ".md", ".json", ".in"}
    found = [
        str(path.relative_to(ROOT))
        for path in paths
        if path.suffix in texts
        and path != Path(__file__)
        and SECRETS.search(path.read_text(errors="replace"))
    ]
    assert found == []


SCRIPTS = tuple((ROOT / "templates" / "assets" / "js").glob("*.js"))


def test_scripts_of_ours_build_no_code_and_hear_no_strangers():
    banned = (
        "eval(",
        "new Function(",
        "document.write",
        "outerHTML",
        "postMessage",
        "localStorage",
    )
    found = [
        f"{path.name} {word}"
        for path in SCRIPTS
        for word in (*banned, "sessionStorage", "__proto__")
        if word in path.read_text()
    ]
    assert SCRIPTS
    assert found == []


def test_html_is_put_into_a_page_from_our_own_answers_only():
    """Two scripts do it, with what our own host rendered and escaped."""
    ways = ("innerHTML", "insertAdjacentHTML")
    doing = sorted(path.name for path in SCRIPTS if any(way in path.read_text() for way in ways))
    assert doing == ["store.js", "uploads.js"]


def test_dependencies_are_locked_by_hash():
    for name in ("base", "local", "dev"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        pinned = [line for line in lines if re.match(r"^[a-zA-Z0-9_.-]+(\[.*\])?==", line)]
        assert len(pinned) > 20 or name != "base"
        assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)


def test_templates_switch_escaping_off_in_plain_text_only():
    off = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.*")
        if path.suffix in {".html", ".txt"}
        and ("autoescape off" in path.read_text() or "|safe" in path.read_text())
    ]
    assert [name for name in off if not name.endswith(".txt")] == []
