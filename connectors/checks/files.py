"""What the files of an installation say by themselves, before anybody is asked: settings that contradict each other,
secrets that are missing."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from connectors.checks.finding import Finding, Said, failure, under, warning
from connectors.errors import ConnectorError, NotAllowed, NotFound
from connectors.secrets.port import Secrets
from postmortem.settings import PersonEntry, Settings, entries_of

SETTINGS = "debrief.yml"
SECRETS = "Secrets"
_MADE_BY = {"PAGERDUTY_WEBHOOK_SECRET": "debrief webhook create", "JIRA_WEBHOOK_SECRET": "debrief jira webhook create"}
"""What nobody types: it is made together with what it signs."""


def check_consistency(settings: Settings) -> Iterator[Finding]:
    """Settings that are valid one by one, and do not fit together. Pure."""
    yield from under(SETTINGS, "routing", _of_routing(settings), _routing_in_words(settings))
    if settings.jira.anchor_issues:
        yield from under(SETTINGS, "jira.anchor_issues", _of_anchors(settings), "lie in their projects")
    if settings.people:
        count = len(settings.people)
        clean = f"{count:,} {'person' if count == 1 else 'people'}, none twice"
        yield from under(SETTINGS, "people", _of_people(settings), clean)


def check_secrets(settings: Settings, secrets: Secrets, option: str, *, is_live: bool) -> Iterator[Finding]:
    """Whether those are there that these settings call for, by name; never their values.

    `option` is what commands need to reach a stage (" --stage dev"), nothing on one machine. Without `is_live` (a CI
    has no tokens) none is a failure.
    """
    refusals, on_aws = set[str](), bool(option)
    for name, (what, is_needed) in wanted_secrets(settings, on_aws=on_aws).items():
        say = failure if is_needed and is_live else warning
        said = list[Said]()
        try:
            secrets.read(name)
        except NotFound:
            kept_by = _MADE_BY.get(name, f"debrief secret set {name}")
            said.append(say(f"is not set: it is there to {what}.", f"Run: {kept_by}{option}."))
        except ConnectorError as refused:
            if refused.remedy in refusals:  # of one vendor's secret, once
                continue
            refusals.add(refused.remedy)
            say = warning if on_aws and isinstance(refused, NotAllowed) else failure
            said.append(say(f"not looked at ({refused.came_back}).", refused.remedy))
        yield from under(SECRETS, name, said, "is set")


def wanted_secrets(settings: Settings, *, on_aws: bool) -> dict[str, tuple[str, bool]]:
    """What each is for, and whether nothing works without it. An e-mail may stand in the settings instead."""
    jira, confluence = settings.jira, settings.confluence
    wanted = {"PAGERDUTY_TOKEN": ("read incidents", True), "PAGERDUTY_WEBHOOK_SECRET": ("receive webhooks", on_aws)}
    wanted["SLACK_TOKEN"] = "read the chat, and announce the draft", False
    if settings.slack.announce:
        wanted["SLACK_SIGNING_SECRET"] = "have buttons in Slack", False
    if jira.site:
        wanted |= {} if jira.email else {"JIRA_EMAIL": ("sign in to Jira, or set jira.email", True)}
        wanted |= {"JIRA_TOKEN": ("open issues", True)}
        wanted |= {"JIRA_WEBHOOK_SECRET": ("hear of changes within minutes, not once a day", False)}
    if confluence.site:
        wanted |= {} if confluence.email else {"CONFLUENCE_EMAIL": ("sign in, or set confluence.email", True)}
        wanted |= {"CONFLUENCE_TOKEN": ("make pages", True)}
    return wanted


def _routing_in_words(settings: Settings) -> str:
    projects = dict.fromkeys(entry.project for entry in entries_of(settings))
    return f"to {', '.join(projects)}" if projects else "not used: jira.site is not set"


def _of_routing(settings: Settings) -> Iterator[Said]:
    if not settings.jira.site:
        if entries_of(settings):
            yield warning("names backlogs, and no issue is opened in them.", "Set jira.site.")
        return
    if not entries_of(settings):
        yield warning("no backlog is named, so that no issue is opened.", "Set default_route, or rules in routing.")
    elif settings.default_route is None:
        yield warning("what no rule matches has no backlog: its items are listed, not opened.", "Set default_route.")
    seen: dict[object, int] = {}
    for number, rule in enumerate(settings.routing, 1):
        earlier = seen.setdefault(rule.match, number)
        if earlier != number:
            yield warning(f"rule {number} matches just what rule {earlier} does, and is never used.", "Take it out.")


def _of_anchors(settings: Settings) -> Iterator[Said]:
    projects = {entry.project for entry in entries_of(settings)}
    for project, anchor in settings.jira.anchor_issues.items():
        if project not in projects:
            yield warning(f"no route leads to {project}, which has the anchor {anchor}.", "Correct one of the two.")
        if anchor.rpartition("-")[0] != project:
            yield failure(f"{anchor} is no issue of {project}.", f"Name an issue of {project}.")


def _of_people(settings: Settings) -> Iterator[Said]:
    for account_id, names in _shared(settings, lambda person: (person.jira_account_id or "",)).items():
        yield failure(f"{_both(names)} have the same jira_account_id {account_id}.", "Give it to one of them.")
    for name, names in _shared(settings, lambda person: (person.name, *person.aliases)).items():
        said = f'"{name}" may be {_both(names, "or")}: an item that names it so finds no owner.'
        yield warning(said, "Take it out of the aliases of one of them.")
    for person in settings.people:
        if not (person.jira_account_id or person.pagerduty_email or person.slack_id):
            yield warning(f"{person.name} is in no system.", "Set pagerduty_email, slack_id or jira_account_id.")


def _shared(settings: Settings, words_of: Callable[[PersonEntry], tuple[str, ...]]) -> dict[str, list[str]]:
    """What several people have, with their names; capitals do not matter."""
    owners = defaultdict[str, list[str]](list)
    for number, person in enumerate(settings.people, 1):
        for word in {word.strip().casefold() for word in words_of(person)} - {""}:
            owners[word].append(person.name or f"person {number}")
    return {word: names for word, names in sorted(owners.items()) if len(names) > 1}


def _both(names: list[str], joined: str = "and") -> str:
    *most, last = names
    return f"{', '.join(most)} {joined} {last}"
