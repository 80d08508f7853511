"""The part of `debrief check` that asks nobody: the installation's own files, here or in the bucket of its stage."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from connectors.checks.files import SECRETS, SETTINGS, check_consistency, check_secrets
from connectors.checks.finding import Finding, found_refusal
from connectors.errors import ConnectorError, NotAllowed
from connectors.store.notices import Notices
from connectors.store.port import Store
from handlers.cli.exits import on_this_machine
from handlers.cli.settings_command import settings_of
from handlers.place import Place
from handlers.stage import Stage
from handlers.wiring import SETTINGS_FILE, Machine, machine, settings_in, templates_in, utc_now
from postmortem.outputs.markdown import check_templates
from postmortem.settings import Settings, SettingsError, read_settings

NOTICES = "Notices"


@dataclass(frozen=True, slots=True)
class Files:
    """`settings` is None where they could not be read; `are_wrong` where they hold a mistake."""

    findings: tuple[Finding, ...]
    settings: Settings | None = None
    are_wrong: bool = False


def files_of(place: Place, *, is_live: bool) -> Files:
    """Settings, templates, secrets by name, notices. Raises Ended where this machine's settings cannot be read."""
    try:
        if isinstance(place, Stage):
            with closing(place.store()) as store:
                return _of_stage(place, store, is_live=is_live)
        return _of_machine(place if isinstance(place, Machine) else machine(), is_live=is_live)
    except SettingsError as error:
        return Files(tuple(_problems(error)), are_wrong=True)


def _of_machine(here: Machine, *, is_live: bool) -> Files:
    settings, secrets = settings_of(here), here.secrets()
    name = here.settings_file.name
    is_there = here.settings_file.exists()
    findings = [
        _finding(name, "ok", "is valid" if is_there else "is not there: every default counts"),
        *_templates(settings, here.templates(settings)),
        *check_consistency(settings),
        *check_secrets(settings, secrets, "", is_live=is_live),
        *(
            Finding(about=SECRETS, subject=here.secrets_file.name, state="warning", said=one)
            for one in secrets.warnings()
        ),
        *_notices_here(here),
    ]
    return Files(tuple(findings), settings)


def _of_stage(stage: Stage, store: Store, *, is_live: bool) -> Files:
    """The same of the bucket; and whether the settings there are those that lie here."""
    try:
        is_there, settings = store.load(SETTINGS_FILE) is not None, settings_in(store)
        templates = templates_in(store, settings)
    except ConnectorError as refused:
        state = "warning" if isinstance(refused, NotAllowed) else "failure"
        return Files((found_refusal(SETTINGS, f"{SETTINGS_FILE} in the bucket", refused, state),))
    pushed = f"debrief settings push --stage {stage.stage}"
    missing = Finding(
        about=SETTINGS,
        subject=SETTINGS_FILE,
        state="warning",
        said="is not in the bucket: every default counts there.",
        remedy=f"Run: {pushed}.",
    )
    findings = [
        _finding(SETTINGS_FILE, "ok", "in the bucket is valid") if is_there else missing,
        *(_compared(settings, pushed) if is_there else ()),
        *_templates(settings, templates),
        *check_consistency(settings),
        *check_secrets(settings, stage.secrets(), f" --stage {stage.stage}", is_live=is_live),
        *_notices(store),
    ]
    return Files(tuple(findings), settings)


def _compared(there: Settings, pushed: str) -> Iterator[Finding]:
    """Nothing where no settings lie here."""
    file = machine().settings_file
    if not file.exists():
        return
    subject, remedy = f"{file.name} here", f"To have them there: {pushed}."
    try:
        here = read_settings(file.read_text(encoding="utf-8-sig")).model_dump(mode="json")
    except (SettingsError, OSError, UnicodeDecodeError):
        said = "cannot be compared with that in the bucket: it is not valid."
        yield Finding(about=SETTINGS, subject=subject, state="warning", said=said, remedy="See: debrief settings.")
        return
    kept = there.model_dump(mode="json")
    other = [key for key in kept if kept[key] != here[key]]
    if other:
        said = f"is not that in the bucket: {', '.join(other)} {'differs' if len(other) == 1 else 'differ'}."
        yield Finding(about=SETTINGS, subject=subject, state="warning", said=said, remedy=remedy)
    else:
        yield _finding(subject, "ok", "says the same as that in the bucket")


def _problems(error: SettingsError) -> Iterator[Finding]:
    for one in error.problems:
        where = f"line {one.line}" if one.line else one.key
        said = f"{one.key}: {one.what}." if one.key and one.line else f"{one.what}."
        yield Finding(about=SETTINGS, subject=where or SETTINGS_FILE, state="failure", said=said, remedy=one.remedy)


def _templates(settings: Settings, templates: dict[str, str]) -> Iterator[Finding]:
    for sentence in check_templates(settings, templates):
        yield Finding(
            about=SETTINGS, subject="document", state="failure", said=sentence, remedy="See docs/templates.md."
        )


def _notices_here(here: Machine) -> Iterator[Finding]:
    """Nothing, and no folder made, where nothing was ever kept."""
    if not (here.home / "records.sqlite").exists():
        return
    with on_this_machine(here.home):
        store = here.store()
    with closing(store):
        yield from _notices(store)


def _notices(store: Store) -> Iterator[Finding]:
    """What the machinery has to say."""
    try:
        shown = Notices(store).all(utc_now())
    except ConnectorError as refused:
        yield found_refusal(NOTICES, "notices", refused, "warning")
        return
    for notice in shown:
        yield Finding(about=NOTICES, subject="notice", state="warning", said=notice.sentence)


def _finding(subject: str, state: str, said: str) -> Finding:
    return Finding.model_validate({"about": SETTINGS, "subject": subject, "state": state, "said": said})
