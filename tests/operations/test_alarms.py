"""Alarms: every figure they ask for exists, each has its section in the runbook, and the commands there exist."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.test import Client
from django.utils import timezone

from booking.models import WorkerBeat
from booking.operations.backup_times import last_backup
from tests.promtool import MISSING, find_promtool

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PROMETHEUS = DOCS / "deploy" / "prometheus"
RUNBOOK = (DOCS / "runbook.md").read_text()
RULES = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0]["rules"]
PARTS = ("**Means.**", "**See it.**", "**Do.**")


@pytest.fixture
def figures(client: Client, settings: Any, tmp_path: Path) -> set[str]:
    """Give the names of all figures of an installation that has a worker and a backup."""
    settings.DATA_DIR = tmp_path
    last_backup().touch()
    WorkerBeat.objects.create(executed_at=timezone.now())
    return set(re.findall(r"^# HELP (\w+)", client.get("/metrics").content.decode(), re.MULTILINE))


def asked_for(expression: str) -> set[str]:
    """Return the names of the figures; a histogram is asked for by its buckets, its sum or its count."""
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bcarillon_\w+", expression)}


def section(name: str) -> str:
    return RUNBOOK.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.django_db
def test_figures_of_alerts_and_dashboard_exist(figures: set[str]) -> None:
    dashboard = json.loads((PROMETHEUS / "grafana.json").read_text())
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked = set().union(*(asked_for(one) for one in [*(rule["expr"] for rule in RULES), *shown]))

    assert asked <= figures
    assert figures <= asked_for(" ".join(shown)), "a figure that the dashboard does not show"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alert_leads_to_its_section_of_the_runbook(rule: dict[str, Any]) -> None:
    name = rule["alert"]
    text = section(name)

    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{name.lower()}"
    assert [part for part in PARTS if part in text] == [*PARTS]


def test_runbook_has_no_section_without_an_alert() -> None:
    assert re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE) == [rule["alert"] for rule in RULES]


def test_commands_of_the_runbook_exist() -> None:
    named = set(re.findall(r"\bmanage(?:\.py)? (\w+)", RUNBOOK))

    assert {"doctor", "outbox", "backup"} <= named
    assert named <= set(get_commands())


def test_variables_of_the_runbook_are_in_the_guide() -> None:
    guide = (DOCS / "deploy.md").read_text()

    assert [name for name in set(re.findall(r"`([A-Z]+_[A-Z_]+)`", RUNBOOK)) if f"`{name}`" not in guide] == []


@pytest.mark.parametrize(
    "arguments", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml"),
                  ("check", "config", "--syntax-only", "prometheus.yml")],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.plain
def test_rules_do_what_they_say(arguments: tuple[str, ...]) -> None:
    program = find_promtool()
    if program is None:
        pytest.skip(MISSING)

    done = subprocess.run([program, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
