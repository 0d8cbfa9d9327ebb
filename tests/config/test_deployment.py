"""What stands in docker/: no container engine runs here, so everything that can be checked without one is."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from config.watch import exposition, readings
from tests.architecture.source import ROOT

FOLDER = ROOT / "docker"
YAML = sorted([*FOLDER.rglob("*.yaml"), *FOLDER.rglob("*.yml")])
MANIFESTS = sorted((FOLDER / "kubernetes").glob("*.yaml"))
SCRIPTS = sorted((FOLDER / "postgres").glob("*.sh"))
LINES = "{extends: default, rules: {line-length: {max: 115}}}"
BINARIES = Path(sys.executable).parent


def _run(tool: str, *arguments: object) -> None:
    """Run a linter, and fail with what it says. Those that exist for Linux alone are left out elsewhere."""
    found = shutil.which(tool, path=str(BINARIES)) or shutil.which(tool)
    if found is None:
        pytest.skip(f"there is no {tool} for this platform")
    told = subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert told.returncode == 0, told.stdout + told.stderr


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    yield from (each for each in yaml.safe_load_all(path.read_text()) if each)


COMPOSE: dict[str, Any] = next(_documents(FOLDER / "compose.yaml"))
SERVICES: dict[str, Any] = COMPOSE["services"]
README = (FOLDER / "README.md").read_text()


# Files


def test_all_yaml_is_well_written():
    _run("yamllint", "-d", LINES, "--strict", *YAML)


def test_the_image_is_built_as_hadolint_advises():
    _run("hadolint", FOLDER / "Dockerfile")


def test_scripts_are_as_shellcheck_advises():
    _run("shellcheck", *SCRIPTS)
    assert all(path.stat().st_mode & 0o111 for path in SCRIPTS)


def test_the_image_runs_without_root_and_with_nothing_it_was_built_with():
    build, final = re.split(r"^FROM .*$", (FOLDER / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]

    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert "/node" in build and "/node" not in final
    assert "--require-hashes" in build
    assert not re.search(r"(SECRET_KEY|SEALING_KEYS)", final)


# Compose


@pytest.mark.parametrize("name", ["compose.yaml", "compose.citus.yaml"])
def test_compose_is_as_its_specification_says(name: str):
    _run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", FOLDER / name)


def test_every_process_of_a_cluster_knows_that_it_is_one():
    told = next(_documents(FOLDER / "compose.citus.yaml"))["services"]

    for name in ("setup", "web", "worker", "scheduler"):
        assert told[name]["environment"] == {"CITUS": "1", "DATABASE_OWNER_ROLE": ""}


def test_every_service_that_goes_on_says_whether_it_is_well():
    going_on = {name for name, each in SERVICES.items() if each.get("restart") != "no"}

    unasked = {
        name for name in going_on - {"web", "prometheus"} if "test" not in SERVICES[name]["healthcheck"]
    }
    assert unasked == set()
    assert {"web", "worker", "scheduler", "postgres", "redis", "caddy", "backup"} <= going_on


def test_only_the_web_server_and_an_operators_page_are_reached_from_outside():
    ports = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}

    assert set(ports) == {"caddy", "prometheus"}
    assert all(str(port).startswith("127.0.0.1:") for port in ports["prometheus"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_no_service_may_become_more_than_it_is():
    own = [each for name, each in SERVICES.items() if name not in ("postgres", "backup-folders")]

    assert all(each["cap_drop"] == ["ALL"] and each["read_only"] for each in own)
    assert all("no-new-privileges:true" in each["security_opt"] for each in own)


def test_every_variable_of_compose_is_explained_to_the_operator():
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", (FOLDER / "compose.yaml").read_text()))
    wanted |= set(re.findall(r"\{\$(\w+)\}", (FOLDER / "Caddyfile").read_text()))
    explained = set(re.findall(r"^(\w+)=", (FOLDER / "example.env").read_text(), re.MULTILINE))

    assert wanted - explained == set()


def test_postgresql_keeps_every_change_in_an_archive():
    command = " ".join(SERVICES["postgres"]["command"])

    assert SERVICES["postgres"]["image"].startswith("postgres:18")
    assert "archive_mode=on" in command
    assert "archive_timeout=60" in command
    assert '/scripts/archive.sh "%p" "%f"' in command
    assert "max_locks_per_transaction=1024" in command


# Kubernetes


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_are_as_kubernetes_takes_them(path: Path):
    _run("kubernetes-validate", "--strict", path)


def test_kustomize_finds_all_and_only_what_is_there():
    told = next(_documents(FOLDER / "kustomization.yaml"))
    listed = {FOLDER / each for each in told["resources"]}
    made = [FOLDER / file for each in told["configMapGenerator"] for file in each["files"]]

    # Secrets are applied apart: filled in, they are in no repository.
    assert listed == set(MANIFESTS) - {FOLDER / "kubernetes" / "secrets.example.yaml"}
    assert all(path.is_file() for path in made)


def _pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in MANIFESTS:
        for document in _documents(path):
            if document["kind"] in ("Deployment", "Job"):
                yield document["metadata"]["name"], document["spec"]["template"]["spec"]


def test_no_pod_is_root_or_may_write_to_its_image():
    for name, pod in _pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert container["securityContext"]["capabilities"]["drop"] == ["ALL"], name
            assert {"requests", "limits"} <= set(container["resources"]), name


def test_every_pod_that_goes_on_is_probed():
    unprobed = [
        name for name, pod in _pods() if name != "setup" and "livenessProbe" not in pod["containers"][0]
    ]
    [web] = [pod["containers"][0] for name, pod in _pods() if name == "web"]

    assert unprobed == []
    assert web["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert web["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_what_pods_mount_and_read_is_there():
    kinds: dict[str, set[str]] = {"ConfigMap": {"caddyfile"}, "Secret": set(), "PersistentVolumeClaim": set()}
    for path in MANIFESTS:
        for document in _documents(path):
            kinds.setdefault(document["kind"], set()).add(document["metadata"]["name"])
    for name, pod in _pods():
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for volume in volumes.values():
            claimed = volume.get("persistentVolumeClaim", {}).get("claimName")
            assert claimed is None or claimed in kinds["PersistentVolumeClaim"], name
            assert volume.get("secret", {}).get("secretName", "secrets") in kinds["Secret"], name
            assert volume.get("configMap", {}).get("name", "settings") in kinds["ConfigMap"], name
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes), name


def test_autoscalers_aim_at_what_is_there_by_signals_that_are_told():
    deployments = {name for name, _ in _pods()}
    scalers = [each for path in MANIFESTS for each in _documents(path) if "Autoscaler" in each["kind"]]
    rules = yaml.safe_load(
        next(_documents(FOLDER / "kubernetes/metrics-adapter.yaml"))["data"]["config.yaml"]
    )
    told = {rule["name"]["as"] for each in ("rules", "externalRules") for rule in rules[each]}

    assert {each["spec"]["scaleTargetRef"]["name"] for each in scalers} == {"web", "worker"}
    assert {each["spec"]["scaleTargetRef"]["name"] for each in scalers} <= deployments
    wanted = {
        metric[kind]["metric"]["name"]
        for each in scalers
        for metric in each["spec"]["metrics"]
        for kind in ("pods", "external")
        if kind in metric
    }
    assert wanted == told
    assert len(wanted) == 3


# Alerts


ALERTS = [
    rule
    for group in next(_documents(FOLDER / "prometheus" / "alerts.yml"))["groups"]
    for rule in group["rules"]
]
METRIC = re.compile(r"\bsmartseller_\w+")


@pytest.fixture
def told(db: None, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of all metrics that the product can show."""
    monkeypatch.setattr(readings.connections, "close_all", lambda: None)
    named = re.findall(r"^# TYPE (\w+) (\w+)", exposition.page().decode(), re.MULTILINE)
    # Whether an archive, certificates and backups are told of depends on the deployment.
    named += [(name, "gauge") for name in re.findall(r'"(wal_\w+|certificate_\w+|backup_\w+)",', _source())]
    names = set()
    for name, kind in named:
        full = name if name.startswith("smartseller_") else f"smartseller_{name}"
        endings = {"histogram": ("_bucket", "_count", "_sum")}.get(kind, ("",))
        names |= {full + ending for ending in endings}
    return names


def _source() -> str:
    return (ROOT / "config" / "watch" / "readings.py").read_text()


def test_alerts_read_only_what_is_told(told: set[str]):
    rules = (FOLDER / "kubernetes" / "metrics-adapter.yaml").read_text()
    series = {name for name in METRIC.findall(rules) if name.endswith(("_total", "_open", "_oldest_seconds"))}
    read = {name for alert in ALERTS for name in METRIC.findall(alert["expr"])} | series

    assert read - told == set()


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_can_be_computed_and_says_what_to_do(alert: dict[str, Any]):
    promql_parser.parse(alert["expr"])
    anchor = alert["annotations"]["runbook"].removeprefix("docker/README.md#")

    assert alert["labels"]["severity"] in ("page", "ticket")
    assert alert["annotations"]["summary"]
    assert anchor == alert["alert"].lower()
    section = re.search(rf"^### {alert['alert']}\n(.+?)(?=^##)", README, re.MULTILINE | re.DOTALL)
    assert section and "**Do**" in section[1]


def test_no_runbook_is_for_an_alert_that_is_gone():
    assert set(re.findall(r"^### (\w+)$", README, re.MULTILINE)) == {alert["alert"] for alert in ALERTS}


def test_each_path_and_command_that_the_runbooks_name_is_there():
    commands = set(re.findall(r"manage\.py (\w+)", README))
    known = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    known |= {path.stem for path in ROOT.glob("*/*/management/commands/*.py")}

    assert commands - known == set()
    assert all(
        (FOLDER / path).exists()
        for path in re.findall(r"`((?:kubernetes|postgres|prometheus)/[\w.]*)`", README)
    )
