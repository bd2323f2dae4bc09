"""What is named by a dotted path exists, what the documents say is so, and no page asks another host."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string

from booking.operations import schedules

BASE = settings.BASE_DIR
DOCUMENTS = [BASE / "README.md", *sorted((BASE / "docs").rglob("*.md"))]
CONTRACT_VARIABLES = {
    "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "DEBUG", "RATE_LIMITS", "SMS_GATEWAY",
    "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_MESSAGING_SERVICE_SID", "TWILIO_FROM", "TWILIO_API_URL",
    "EMAIL_URL", "SMS_COUNTRIES", "SMS_DAILY_BUDGET", "SMS_HOURLY_BUDGET", "DATA_DIR",
}  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        *(function for _, function, _ in schedules.MINUTELY),
        *(function for _, function in schedules.NIGHTLY),
        "notifications.tasks.deliver_due",
        settings.NOTIFICATIONS_COMPOSER,
        settings.NOTIFICATIONS_ANSWER,
        settings.NOTIFICATIONS_UNANSWERED,
    ],
)
def test_dotted_path_leads_to_a_function(path) -> None:
    assert callable(import_string(path))


def test_commands_check_the_settings_alone() -> None:
    """Django's other checks import all pages, which takes longer than most commands."""
    ours = ("booking", "stores", "notifications")
    commands = [load_command_class(app, name) for name, app in get_commands().items() if app in ours]

    checked = [list(command.requires_system_checks) for command in commands]

    assert len(checked) > 15
    assert all(tags in ([], ["settings"]) for tags in checked)


def variables_read() -> set[str]:
    source = (BASE / "booking" / "settings.py").read_text()
    files = {f"{name}_FILE" for name in re.findall(r'read_secret\(\s*"([A-Z_]+)"', source)}
    return files | set(re.findall(r'(?:env\.\w+|read_\w+)\(\s*"([A-Z_]+)"', source))


def test_file_for_a_server_names_every_variable_and_no_other() -> None:
    text = (BASE / "docs" / "deploy" / "carillon.env").read_text()

    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE)) == variables_read()


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    deploy = (BASE / "docs" / "deploy.md").read_text()
    table = deploy[deploy.index("## Variables") : deploy.index("## Several hosts")]
    documented = {
        name
        for line in table.splitlines()
        for name in re.findall(r"`([A-Z][A-Z_]+)`", line.split("|")[1:2][0] if "|" in line else "")
    }

    assert documented == variables_read()
    assert variables_read() >= CONTRACT_VARIABLES


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (document.parent / link).exists()] == []


def test_decision_records_are_short() -> None:
    records = sorted((BASE / "docs" / "decisions").glob("*.md"))

    assert [path.name for path in records if len(path.read_text().splitlines()) > 40] == []


def test_decision_records_are_numbered_one_after_the_other_and_say_their_number() -> None:
    records = sorted((BASE / "docs" / "decisions").glob("*.md"))

    assert [path.name[:5] for path in records] == [f"{number:04}-" for number in range(1, len(records) + 1)]
    assert [path.name for path in records if not path.read_text().startswith(f"# {int(path.name[:4])}. ")] == []


def test_changelog_says_each_thing_once() -> None:
    lines = (BASE / "CHANGELOG.md").read_text().split("\n## ")[1].splitlines()

    headings = [line for line in lines if line.startswith("### ")]
    begun = [line for line in lines if line.startswith("- ")]
    assert [line for line in headings if headings.count(line) > 1] == []
    assert [line for line in begun if begun.count(line) > 1] == []


def shown_files() -> list[Path]:
    static = [path for path in (BASE / "booking" / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"}]
    return [*sorted((BASE / "templates").rglob("*.html")), *sorted(static)]


def test_no_page_asks_another_host() -> None:
    asks = re.compile(
        r'(?:src|href|action|srcset)="(?:https?:)?//|url\(["\']?(?:https?:)?//|@import|fetch\(["\']https?:'
    )
    found = [str(path.relative_to(BASE)) for path in shown_files() if asks.search(path.read_text())]

    assert found == []


def _line(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.end()) + 1


def test_no_page_has_code_of_its_own_that_the_content_policy_would_refuse() -> None:
    inline = re.compile(r"<script(?![^>]*(?:src=|application/ld\+json))|<style|\sstyle=|\son[a-z]+=")
    pages = [path for path in shown_files() if path.suffix == ".html" and "email" not in path.parts]
    found = [
        f"{path.relative_to(BASE)}:{_line(match)}: {match.group().strip()}"
        for path in pages
        for match in inline.finditer(path.read_text())
        if path.name != "500.html"
    ]

    assert found == [], "styles belong in booking/static/booking/css/, scripts in booking/static/booking/"


@pytest.mark.parametrize("name", ["README.md", "docs/developing.md", "docs/languages.md"])
def test_files_that_documents_name_exist(name) -> None:
    """Paths begin at the repository or at `booking/`; a file's bare name is one of the folder named before it."""
    named = re.findall(r"`([\w./*<>-]+)`", (BASE / name).read_text())
    paths = [path for path in named if "/" in path or path.endswith((".py", ".js"))]
    folders = [BASE, BASE / "booking", *(BASE / "booking" / path for path in paths if path.endswith("/"))]
    patterns = [re.sub(r"<\w+>", "*", path.rstrip("/")) for path in paths]

    assert [
        path
        for path in patterns
        if not path.startswith("var/") and not any(next(folder.glob(path), None) for folder in folders)
    ] == []
