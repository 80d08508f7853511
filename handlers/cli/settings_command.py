"""`debrief settings`: every mistake at once, what counts in the end, and the JSON Schema."""

import json
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from connectors.errors import NotFound
from connectors.secrets.port import NAMES
from handlers.cli.exits import Ended, Exit
from handlers.cli.plain import plain
from handlers.wiring import Machine
from postmortem.outputs.markdown import check_templates
from postmortem.settings import Settings, SettingsError, json_schema, read_settings, version_of


def settings_of(machine: Machine, *, must_exist: bool = False) -> Settings:
    """The settings in words that a person can act on. Raises Ended, SettingsError."""
    return read_settings(settings_text(machine, must_exist=must_exist))


def show_settings(machine: Machine) -> str:
    """What counts in the end, every default written out; it is itself a valid debrief.yml."""
    resolved = settings_of(machine).model_dump(mode="json")
    return yaml.safe_dump(resolved, sort_keys=False, allow_unicode=True, width=100)


def show_schema() -> str:
    return json.dumps(json_schema(), indent=2, ensure_ascii=False)


def checked(machine: Machine, *, must_exist: bool) -> dict[str, Any]:
    """{"valid", "file", "version", "problems": [{"line", "key", "what", "remedy"}]}. Raises Ended where the file is
    unreadable."""
    file = str(machine.settings_file) if machine.settings_file.exists() else None
    try:
        settings = settings_of(machine, must_exist=must_exist)
    except SettingsError as error:
        problems = [{"line": p.line, "key": p.key, "what": p.what, "remedy": p.remedy} for p in error.problems]
        return {"valid": False, "file": file, "version": None, "problems": problems}
    templates = machine.templates(settings)
    broken = [_template_problem(sentence) for sentence in check_templates(settings, templates)]
    return {"valid": not broken, "file": file, "version": version_of(settings, templates), "problems": broken}


def _template_problem(sentence: str) -> dict[str, Any]:
    """In the shape of the others: the sentence names the file and the line itself."""
    return {"line": None, "key": "document", "what": sentence.rstrip("."), "remedy": "See docs/templates.md."}


def say_checked(console: Console, machine: Machine, found: dict[str, Any]) -> None:
    """One line for a good file, one line for each mistake, and which secrets are there, by name only."""
    if not found["valid"]:
        count = len(found["problems"])
        console.print(f"{machine.settings_file} has {count} {'mistake' if count == 1 else 'mistakes'}:", markup=False)
        for problem in found["problems"]:
            where = ", ".join(
                str(w) for w in (f"line {problem['line']}" if problem["line"] else "", problem["key"]) if w
            )
            sentence = (
                f"  {where}: {problem['what']}. {problem['remedy']}"
                if where
                else f"  {problem['what']}. {problem['remedy']}"
            )
            console.print(Text(sentence.rstrip()), soft_wrap=True)
        return
    name = machine.settings_file
    console.print(f"{name} is valid." if found["file"] else f"There is no {name}: every default counts.", markup=False)
    for sentence in secret_sentences(machine):
        console.print(Text(plain(sentence)), soft_wrap=True)
    console.print(Text(f"Drafts made with these settings name their version, {found['version']}."), soft_wrap=True)


def secret_sentences(machine: Machine) -> list[str]:
    """Which secrets are set and which are missed, never their values."""
    secrets = machine.secrets()
    there = [name for name in NAMES if _is_set(secrets, name)]
    needed = _needed(settings_of(machine))
    missing = [f"{name} (to {what})" for name, what in needed.items() if name not in there]
    sentences = [f"Secrets that are set: {', '.join(there)}."] if there else []
    if missing:
        sentences.append(f"Not set in the environment or {machine.secrets_file}: {', '.join(missing)}.")
    return [*sentences, *getattr(secrets, "warnings", tuple)()]


def _needed(settings: Settings) -> dict[str, str]:
    """What these settings can do nothing without, and for what: an e-mail may stand in the settings as well."""
    jira, confluence = settings.jira, settings.confluence
    needed = {
        "PAGERDUTY_TOKEN": ("read incidents", True),
        "PAGERDUTY_WEBHOOK_SECRET": ("receive webhooks with debrief serve", True),
        "SLACK_TOKEN": ("read the chat", True),
        "JIRA_EMAIL": ("open issues, or jira.email in the settings", jira.site and not jira.email),
        "JIRA_TOKEN": ("open issues", jira.site),
        "CONFLUENCE_EMAIL": (
            "make pages, or confluence.email in the settings",
            confluence.site and not confluence.email,
        ),
        "CONFLUENCE_TOKEN": ("make pages", confluence.site),
    }
    return {name: what for name, (what, is_needed) in needed.items() if is_needed}


def _is_set(secrets: Any, name: str) -> bool:
    try:
        return bool(secrets.read(name))
    except NotFound:
        return False


def settings_text(machine: Machine, *, must_exist: bool = False) -> str:
    """debrief.yml as it lies there; "" where there is none. Raises Ended."""
    file = machine.settings_file
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if must_exist:
            raise Ended(Exit.USAGE, f"There is no {file}: name the settings file with --file.") from None
        return ""
    except UnicodeDecodeError:
        raise Ended(Exit.USAGE, f"{file} is not UTF-8 text: save it again as plain text.") from None
    except OSError as error:
        raise Ended(Exit.USAGE, f"{file} cannot be read ({error.strerror}): name a file you may read.") from None
