"""What people do meanwhile, each as soon as there is something to do it to; False where there is not.

What they write is told to the witness: it must never be lost.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.store.shelf import Shelf

if TYPE_CHECKING:
    from tests.simulation.household import Household

type Deed = Callable[["Household"], bool]


def edits_the_draft(household: "Household") -> bool:
    """A line of theirs below a heading of the document."""
    store, words = household.store.store, _words(household, "the graphs show it")
    for name in store.names("drafts/"):
        file = store.load(name)
        if file is not None and b"\n## " in file.content:
            head, heading, rest = file.content.decode().partition("\n## ")
            title, end, body = rest.partition("\n")
            edited = f"{head}{heading}{title}{end}\n{words}\n{body}".encode()
            store.save(name, edited, expected=file.version)
            household.witness.wrote(name, words)
            return True
    return False


def deletes_the_document(household: "Household") -> bool:
    names = list(household.store.store.names("drafts/"))
    for name in names:
        Path(household.store.location(name)).unlink()
        _took_back(household, name)
    return bool(names)


def renames_an_issue(household: "Household") -> bool:
    return _with_an_issue(household, lambda key: household.jira.person_renames(key, "Clean up the disks"))


def deletes_an_issue(household: "Household") -> bool:
    """One that Debrief knows it has made: the others are made again, as docs/decisions/0003-exactly-once.md says."""
    ours = [one for one in household.jira.issues if _is_ours(one) and _is_known(household, "id", one["id"])]
    for issue in ours[:1]:
        household.jira.person_deletes(issue["key"])
    return bool(ours)


def moves_an_issue(household: "Household") -> bool:
    projects = [project["key"] for project in household.scripts[0].jira["projects"]]
    return len(projects) > 1 and _with_an_issue(household, lambda key: household.jira.person_moves(key, projects[-1]))


def closes_an_issue(household: "Household") -> bool:
    return _with_an_issue(household, household.jira.person_closes)


def strips_a_label(household: "Household") -> bool:
    return _with_an_issue(household, household.jira.person_strips_label)


def reassigns_an_issue(household: "Household") -> bool:
    account = household.scripts[0].jira["users"][-1]["accountId"]
    return _with_an_issue(household, lambda key: household.jira.person_reassigns(key, account))


def posts_in_the_channel(household: "Household") -> bool:
    channel = household.scripts[0].slack["channels"][0]["name"]
    words = f"{_words(household, 'it stays quiet')}, nothing to do"
    household.slack.channel(channel).says(_user(household), words)
    return True


def adds_an_action_item(household: "Household") -> bool:
    channel = household.scripts[0].slack["channels"][0]["name"]
    words = f"ACTION: @{household.slack.workspace.users[_user(household)]['name']} write the runbook"
    household.slack.channel(channel).says(_user(household), words)
    return True


def edits_an_action_item(household: "Household") -> bool:
    """The first thing that somebody asked for, in other words: it is the same action item, and keeps its issue."""
    for channel in household.slack.workspace.channels.values():
        for message in channel.messages.values():
            if message.get("text", "").startswith("ACTION:"):
                words = f"{message['text']} (as agreed)"
                edited = {"user": message["user"], "ts": f"{household.clock.now().timestamp():.6f}"}
                channel.put(message | {"text": words, "edited": edited})
                return True
    return False


def accepts_a_suggestion(household: "Household") -> bool:
    return _clicks(household, "Accept")


def drops_a_suggestion(household: "Household") -> bool:
    return _clicks(household, "Drop")


def edits_the_page(household: "Household") -> bool:
    """The Confluence page, where there is one."""
    pages, words = household.confluence.ours(), _words(household, "as the graphs show")
    for page in pages[:1]:
        household.confluence.edits(page, lambda body: f"{body}<p>{words}</p>")
        household.witness.wrote("confluence", words)
    return bool(pages)


def deletes_the_page(household: "Household") -> bool:
    """If Debrief knows that it has made it."""
    ours = [page for page in household.confluence.ours() if page.status == "current"]
    pages = [page for page in ours if _is_known(household, "page_id", page.id)]
    for page in pages:
        household.confluence.deletes(page)
        _took_back(household, "confluence")
    return bool(pages)


DEEDS: tuple[Deed, ...] = (
    edits_the_draft,
    deletes_the_document,
    renames_an_issue,
    deletes_an_issue,
    moves_an_issue,
    closes_an_issue,
    strips_a_label,
    reassigns_an_issue,
    posts_in_the_channel,
    adds_an_action_item,
    accepts_a_suggestion,
    drops_a_suggestion,
    edits_the_page,
    deletes_the_page,
    edits_an_action_item,
)


def an_item(household: "Household") -> str | None:
    """The id of an item that a person may still decide about."""
    postmortem = Shelf(household.store.store, household.incident_id()).postmortem()
    items = [item for item in postmortem.action_items if not item.issue_key] if postmortem else []
    return items[0].id if items else None


def _with_an_issue(household: "Household", act: Callable[[str], Any]) -> bool:
    """Do it to the first issue that Debrief opened."""
    ours = [issue["key"] for issue in household.jira.issues if _is_ours(issue)]
    if ours:
        act(ours[0])
    return bool(ours)


def _is_known(household: "Household", name: str, value: str) -> bool:
    """Whether the ledger has it as done."""
    lines = household.store.store.list(f"INC#{household.incident_id()}", "EFFECT#")
    return any((line.value["made"] or {}).get(name) == value for line in lines)


def _is_ours(issue: dict[str, Any]) -> bool:
    return any(label.startswith("pm-") for label in issue["fields"]["labels"])


def _clicks(household: "Household", button: str) -> bool:
    """The first of the buttons of that name, in any channel."""
    person = household.slack.user(household.slack.workspace.users[_user(household)]["name"])
    if not household.house.hears_clicks or not person.sees(button):
        return False
    person.clicks_first(button)
    return True


def _user(household: "Household") -> str:
    """The first person in the workspace who is no bot."""
    return next(id_ for id_, user in household.slack.workspace.users.items() if not user.get("is_bot"))


def _words(household: "Household", words: str) -> str:
    """Words that nobody else has written."""
    return f"Written by hand at call {len(household.outside.calls)}: {words}"


def _took_back(household: "Household", where: str) -> None:
    for one in household.witness.people_wrote:
        if one.where == where:
            household.witness.took_back(one.text)
