"""`debrief init`: a few questions become debrief.yml, the tokens are kept, and the next commands are named.

Nothing is written before the last question was answered; then the file whole, then each token by itself. So whatever
stops it, the same command goes on from there.
"""

from collections.abc import Iterator, Mapping

from rich.console import Console

from handlers.cli.exits import Ended, Exit, on_disk
from handlers.cli.init_file import answers_from, differences, text_from, write_settings
from handlers.cli.init_questions import BY_NAME, QUESTIONS, Answers, Question, problem_with, understood
from handlers.cli.init_tokens import ask_for_tokens, missing
from handlers.cli.plain import plain
from handlers.cli.prompts import answer, is_terminal
from handlers.cli.settings_command import settings_of
from handlers.place import Place, find_place
from handlers.wiring import Machine, machine
from postmortem.settings import Settings, SettingsError, read_settings


def init(
    given: Mapping[str, str | None],
    *,
    yes: bool,
    force: bool,
    stage: str | None,
    region: str | None,
    console: Console,
) -> tuple[str, ...]:
    """The next commands. `given` is what was said as options, by name. Raises Ended, ConnectorError."""
    place, here = find_place(stage, region), machine()
    said = _checked_options(given)
    before = _existing(here, force=force)
    if before is not None and not force:
        _must_agree(here, answers_from(before), said)
        _say(console, f"{here.settings_file} is there and valid: it stays as it is.")
    else:
        _write(here, said, before, yes=yes, force=force, console=console)
    settings = settings_of(here)
    if is_terminal() and not yes:
        ask_for_tokens(place.keeper(), settings, console)
    return tuple(next_commands(place, settings, missing(place.keeper(), settings)))


def _checked_options(given: Mapping[str, str | None]) -> dict[str, str]:
    """The options that were given, understood. Raises Ended at the first that will not do."""
    said = {name: understood(BY_NAME[name], value) for name, value in given.items() if value is not None}
    for name, value in said.items():
        question = BY_NAME[name]
        problem = problem_with(question, value)
        if problem:
            raise Ended(Exit.USAGE, f"{question.option}: {problem}")
        if value and question.needs and said.get(question.needs) == "":
            raise Ended(Exit.USAGE, f"{question.option} needs {BY_NAME[question.needs].option}, too.")
    return said


def _existing(here: Machine, *, force: bool) -> Settings | None:
    """The settings that are there already. Raises Ended where they are wrong: with --force they count for nothing."""
    if not here.settings_file.exists():
        return None
    try:
        return settings_of(here)
    except SettingsError as error:
        if force:
            return None
        first = error.problems[0]
        remedy = (
            "debrief settings shows all that is wrong; or replace it with --force, which keeps the old one beside it"
        )
        sentence = f"{here.settings_file} is there, and not as this release wants it ({str(first).rstrip('.')})"
        raise Ended(Exit.USAGE, f"{sentence}: {remedy}.") from None


def _must_agree(here: Machine, before: Answers, said: Answers) -> None:
    found = differences(before, {**before, **said})
    if found:
        remedy = "change it there, or add --force to replace it, which keeps the old one beside it"
        raise Ended(
            Exit.USAGE, f"{here.settings_file} stays as it is, and says otherwise ({'; '.join(found)}): {remedy}."
        )


def _write(
    here: Machine, said: dict[str, str], before: Settings | None, *, yes: bool, force: bool, console: Console
) -> None:
    defaults = answers_from(before) if before else {}
    if yes:
        answers = _taken(said, defaults)
    elif is_terminal():
        answers = _asked(said, defaults, console)
    else:
        raise Ended(Exit.USAGE, _NOBODY)
    text = text_from(answers)
    read_settings(text)
    with on_disk():
        old = write_settings(here.settings_file, text, replace=force)
    beyond = f" The old one is {old}: what it says beyond these answers is only there." if old else ""
    _say(console, f"{here.settings_file} is written.{beyond}")


_NOBODY = (
    "Nobody is there to ask: add --yes, and with --jira-site also --jira-email and --jira-project. "
    "debrief init --help lists every option."
)


def _taken(said: Answers, defaults: Answers) -> dict[str, str]:
    """Every answer without asking. Raises Ended for one that must be given."""
    answers = dict[str, str]()
    for question in QUESTIONS:
        answers[question.name] = _unasked(question, said, defaults, answers)
        if question.is_due(answers) and (problem := problem_with(question, answers[question.name])):
            raise Ended(Exit.USAGE, f"{question.option}: {problem}")
    _must_have_a_use(said, answers)
    return answers


def _unasked(question: Question, said: Answers, defaults: Answers, answers: Answers) -> str:
    if not question.is_due(answers):
        return ""
    if question.name in said:
        return said[question.name]
    known = defaults.get(question.name)
    return question.default(answers) if known is None or (question.required and not known) else known


def _must_have_a_use(said: Answers, answers: Answers) -> None:
    unused = next((name for name, value in said.items() if value and not answers[name]), None)
    needs = BY_NAME[unused].needs if unused else None
    if unused and needs:
        raise Ended(Exit.USAGE, f"{BY_NAME[unused].option} needs {BY_NAME[needs].option}, too.")


def _asked(said: Answers, defaults: Answers, console: Console) -> dict[str, str]:
    """Every answer, by asking; each is checked at once and asked for again."""
    _say(
        console, "Enter takes what stands in brackets, - leaves a thing out. Nothing is written before the last answer."
    )
    answers = dict[str, str]()
    for question in QUESTIONS:
        if question.name in said or not question.is_due(answers):
            answers[question.name] = _unasked(question, said, defaults, answers)
        else:
            answers[question.name] = _asked_until_it_will_do(
                question, _unasked(question, {}, defaults, answers), console
            )
    _must_have_a_use(said, answers)
    return answers


def _asked_until_it_will_do(question: Question, default: str, console: Console) -> str:
    while True:
        text = understood(question, answer(question.words, default))
        problem = problem_with(question, text)
        if problem is None:
            return text
        _say(console, problem)


def next_commands(place: Place, settings: Settings, left: tuple[str, ...]) -> Iterator[str]:
    """What to type next, in order: each line a command and why."""
    stage = getattr(place, "stage", None)
    option = f" --stage {stage}" if stage else ""
    if "SLACK_TOKEN" in left:
        yield _line(f"debrief slack manifest{option}", "the Slack app: its help says where")
    for name in left:
        yield _line(f"debrief secret set {name}{option}", "asked for without echo")
    if stage:
        yield _line(f"debrief settings push{option}", "what the functions read")
    yield _line(f"debrief check --live{option}", "is it all so? tokens, backlogs")
    yield _line("debrief draft INCIDENT --dry-run", "look; nothing is written")
    if not stage:
        yield _line("debrief serve", "on this machine")
        yield _line("make deploy STAGE=dev", "or on AWS: then init --stage dev")
    yield _line(f"debrief webhook create{option}", "PagerDuty tells of resolves")
    yield _line(f"debrief webhook test{option}", "does a ping come through?")
    if settings.jira.site:
        yield _line(f"debrief jira webhook create{option}", "optional: issues within minutes")


def _line(command: str, why: str) -> str:
    return f"  {command:<40}  # {why}"


def _say(console: Console, sentence: str) -> None:
    console.print(plain(sentence), soft_wrap=True, markup=False, highlight=False)
