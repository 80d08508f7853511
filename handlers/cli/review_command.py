"""`debrief review INCIDENT STATUS`: move a postmortem along its life, and write the document again."""

from contextlib import closing
from typing import Any, NamedTuple

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from connectors.store.audit import Audit, What
from connectors.store.life import Life
from connectors.store.port import Store
from connectors.store.shelf import Shelf, list_postmortems
from handlers.cli.asking import incident_id_from
from handlers.cli.exits import Ended, Exit, on_this_machine
from handlers.cli.plain import plain
from handlers.cli.screen import short
from handlers.wiring import Machine, utc_now
from postmortem.chat_incident import FROM_CHAT
from postmortem.citations import day_and_clock
from postmortem.document import Postmortem
from postmortem.life import PostmortemStatus, StatusChange
from postmortem.outputs.layout import layout_for
from postmortem.outputs.markdown import render_markdown
from postmortem.outputs.page.prose import open_questions
from postmortem.settings import Settings, version_of


class Moved(NamedTuple):
    """What became of it: the postmortem as it is now, where its document lies, and what that still asks. `has_page`
    where a Confluence page shows it too, which follows with the next draft."""

    postmortem: Postmortem
    document: str
    questions: int = 0
    has_page: bool = False


def move(machine: Machine, incident: str, to: PostmortemStatus, by: str) -> Moved:
    """Keep the move with who and when, and publish the document with it. Raises Ended."""
    settings = machine.settings()
    with on_this_machine(machine.home):
        store = machine.store()
    with closing(store):
        incident_id = found_incident(store, incident, settings)
        shelf = Shelf(store, incident_id, drafts=settings.publish.folder)
        _move(store, read_draft(store, shelf, incident_id), StatusChange(to=to, by=by, at=utc_now()))
        postmortem = read_draft(store, shelf, incident_id)
        shelf.keep_postmortem(postmortem)
        layout = layout_for(settings, postmortem.incident, machine.templates(settings))
        audit = Audit(store, incident_id, f"review-{to}", version_of(settings, machine.templates(settings)))
        content = render_markdown(postmortem, layout).encode()
        document = shelf.publish(
            postmortem.incident, content, lambda name, said: audit.will_send(What.DOCUMENT, name, said, utc_now())
        )
        file = store.load(document)
        asked = open_questions(file.content.decode(errors="replace")) if file else 0
        has_page = bool(settings.confluence.site and shelf.state().get("page", {}).get("link"))
        return Moved(postmortem, store.location(document), asked, has_page)


def as_json(moved: Moved) -> dict[str, Any]:
    history = [change.model_dump(mode="json") for change in moved.postmortem.history]
    return {"incident_id": moved.postmortem.incident.id, "history": history, "document": moved.document}


def say_moved(console: Console, moved: Moved) -> None:
    """Where it stands now, since when, by whom; and how many questions are open still."""
    change = moved.postmortem.history[-1]
    words = f"{plain(moved.postmortem.title)}: {change.to}, moved by {plain(change.by)} on {day_and_clock(change.at)}."
    console.print(Text(words), soft_wrap=True)
    asked = moved.questions
    if asked:
        console.print(Text(f"{asked} {'question is' if asked == 1 else 'questions are'} asked in the draft."))
    if moved.has_page:
        again = f"debrief draft {moved.postmortem.incident.id}"
        console.print(Text(f"The Confluence page follows with the next draft: {again}."), soft_wrap=True)
    console.print(Text(f"  {short(moved.document)}", style="cyan"), soft_wrap=True)


def _move(store: Store, postmortem: Postmortem, change: StatusChange) -> None:
    if postmortem.status == change.to:
        raise Ended(Exit.USAGE, f"The postmortem of “{postmortem.title}” is {change.to} already.")
    Life(store, postmortem.incident.id).move(change)


def found_incident(store: Store, typed: str, settings: Settings) -> str:
    """The incident's id, also where its number or address was given. Raises Ended."""
    kept = dict(list_postmortems(store))
    if typed.strip() in kept:
        return typed.strip()
    asked = typed.strip() if FROM_CHAT.fullmatch(typed.strip()) else incident_id_from(typed, settings)
    if asked in kept:
        return asked
    numbered = [incident_id for incident_id, value in kept.items() if str(value.get("number")) == asked]
    if len(numbered) != 1:
        sentence = f"There is no postmortem of {asked} in {store.location('postmortems')}: debrief draft makes one."
        raise Ended(Exit.NO_DRAFT, sentence)
    return numbered[0]


def read_draft(store: Store, shelf: Shelf, incident_id: str) -> Postmortem:
    """The postmortem as it was kept. Raises Ended where it is gone, damaged, or of another Debrief."""
    try:
        postmortem = shelf.postmortem()
    except ValidationError:
        postmortem, why = None, f"cannot be read in {store.location('postmortems')} (the file is damaged)"
    else:
        is_there = f"postmortems/{incident_id}.json" in store.names("postmortems/")
        why = "was kept by an older Debrief" if is_there else "is no longer there, or was kept by an older Debrief"
    if postmortem is None:
        raise Ended(Exit.NO_DRAFT, f"The postmortem of {incident_id} {why}: debrief draft makes it again.")
    return postmortem
