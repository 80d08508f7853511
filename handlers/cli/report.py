"""What a draft came to, as one value: the same for a person's eyes and for `--json`."""

from dataclasses import asdict, dataclass
from typing import Any

from handlers.cli.exits import MEANINGS, Exit
from handlers.cli.tally import SOURCES, Tally, plural_key
from postmortem.action_items.item import ActionItem
from postmortem.document import Postmortem
from postmortem.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Issue:
    """One action item on its way to Jira. `state`: opened, would be opened, not opened, suggested, dropped."""

    summary: str
    state: str
    project: str | None
    owner: str | None
    owner_why: str
    due_on: str | None
    due_why: str
    key: str | None
    link: str | None
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`draft` is the path of the Markdown, None where none was left. `announced`, `said` and `hints` are sentences;
    what is `said` a person may want to mend, a hint only makes the next draft better."""

    mode: str
    incident: dict[str, Any]
    draft: str | None
    counts: dict[str, dict[str, int]]
    events: int
    issues: tuple[Issue, ...]
    announced: tuple[str, ...]
    gaps: tuple[dict[str, str], ...]
    said: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def code(self) -> Exit:
        """0, or 1 where something is missing that a person may want to mend."""
        unopened = any(issue.state == "not opened" for issue in self.issues) and self.mode == "live"
        return Exit.WITH_GAPS if self.gaps or self.said or unopened else Exit.DONE

    def as_json(self) -> dict[str, Any]:
        counts = {source: {plural_key(what): n for what, n in of.items()} for source, of in self.counts.items()}
        ending = {"exit_code": int(self.code), "exit_reason": MEANINGS[self.code]}
        return ending | asdict(self) | {"counts": counts}


def report_on(
    mode: str,
    postmortem: Postmortem,
    evidence: Evidence,
    *,
    draft: str | None,
    announced: tuple[str, ...] = (),
    said: tuple[str, ...] = (),
    hints: tuple[str, ...] = (),
) -> Report:
    """`mode`: live, dry run, or offline."""
    incident = postmortem.incident
    return Report(
        mode=mode,
        incident={
            "id": incident.id,
            "number": incident.number,
            "title": postmortem.title,
            "link": incident.link,
            "status": incident.status if incident.from_pagerduty else None,  # a chat has no record of a resolve
            "created_at": incident.created_at.at.isoformat(),
            "resolved_at": incident.resolved_at.at.isoformat() if incident.resolved_at else None,
        },
        draft=draft,
        counts=_counts(evidence),
        events=len(postmortem.timeline.events),
        issues=tuple(_issue(mode, item) for item in postmortem.action_items),
        announced=announced,
        gaps=tuple(gap.model_dump(mode="json") for gap in evidence.gaps),
        said=said,
        hints=hints,
    )


def _counts(evidence: Evidence) -> dict[str, dict[str, int]]:
    """By source. A person counts where they come from; gaps are listed, not counted."""
    tally = Tally()
    here = {source: tuple(p for p in evidence.people if p.id.startswith(f"{source}:")) for source in SOURCES}
    tally.add("slack", evidence.model_copy(update=_NOT_SLACK | {"people": here["slack"], "gaps": ()}))
    tally.add("pagerduty", evidence.model_copy(update={"messages": (), "people": here["pagerduty"], "gaps": ()}))
    return {source: counts for source in SOURCES if (counts := tally.counts(source))}


_NOT_SLACK: dict[str, Any] = {"alerts": (), "log_entries": (), "notes": (), "changes": ()}


def _issue(mode: str, item: ActionItem) -> Issue:
    return Issue(
        summary=item.text,
        state=_state(mode, item),
        project=item.route.project if item.route else None,
        owner=item.owner.name or ("default owner" if item.owner.account_id else None),
        owner_why=item.owner.why,
        due_on=item.due_on.isoformat() if item.due_on else None,
        due_why=item.due_why,
        key=item.issue_key,
        link=item.issue_link,
        said=item.said if mode == "live" else (),
    )


def _state(mode: str, item: ActionItem) -> str:
    if item.issue_key:
        return "opened"
    if not item.accepted:
        return "dropped" if item.is_dropped else "suggested"
    return "would be opened" if mode == "dry run" and item.route else "not opened"
