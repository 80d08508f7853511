"""What a check finds, and how one trouble stays one line: a vendor that does not answer is not asked on."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from connectors.errors import BadReply, ConnectorError, RateLimited, Unreachable
from postmortem.noun import Noun

type State = Literal["ok", "warning", "failure"]

NOT_ASKED_ON = "The rest was not asked"


class Finding(Noun):
    """What was found about one thing. `about` is whose it is: a vendor, the settings, this machine.

    A warning and a failure say what to do: in `remedy`, or in `said` itself.
    """

    about: str
    subject: str
    state: State
    said: str
    remedy: str = ""


class Said(NamedTuple):
    """A finding without its heads."""

    state: State
    said: str
    remedy: str = ""


def ok(said: str) -> Said:
    return Said("ok", said)


def warning(said: str, remedy: str = "") -> Said:
    return Said("warning", said, remedy)


def failure(said: str, remedy: str = "") -> Said:
    return Said("failure", said, remedy)


def under(about: str, subject: str, said: Iterable[Said], clean: str = "as configured") -> Iterator[Finding]:
    """Each under its heads; `clean` where nothing was said; a failure where the vendor refused.

    Raises Unreachable, RateLimited and BadReply: `answered` makes one line of those for the whole vendor.
    """
    is_clean = True
    try:
        for one in said:
            is_clean = False
            yield Finding(about=about, subject=subject, state=one.state, said=one.said, remedy=one.remedy)
    except (Unreachable, RateLimited, BadReply):
        raise
    except ConnectorError as refused:
        yield found_refusal(about, subject, refused)
        return
    if is_clean:
        yield Finding(about=about, subject=subject, state="ok", said=clean)


def among(about: str, each: Iterable[Finding]) -> Iterator[Finding]:
    """Of many people those with whom something is not right, and how many are: two hundred are one line."""
    found = list[Finding]()
    for finding in each:
        found.append(finding)
        if finding.state != "ok":
            yield finding
    right = sum(finding.state == "ok" for finding in found)
    if right:
        yield Finding(about=about, subject="people", state="ok", said=f"{right:,} as configured")


def found_refusal(about: str, subject: str, refused: ConnectorError, state: State = "failure") -> Finding:
    said = f"{refused.tried}: {refused.came_back}"
    return Finding(about=about, subject=subject, state=state, said=f"{said}.", remedy=refused.remedy)


def answered(about: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings of one vendor, up to where it no longer answers: then one line says so, and no more is asked."""
    try:
        yield from findings
    except RateLimited as limit:
        wait = f"in {limit.retry_after:.0f} seconds" if limit.retry_after else "in a minute"
        said = f"{limit.tried}: {limit.came_back}. {NOT_ASKED_ON}."
        yield Finding(about=about, subject=about, state="warning", said=said, remedy=f"Ask again {wait}.")
    except (Unreachable, BadReply) as silence:
        said = f"{silence.tried}: {silence.came_back}. {NOT_ASKED_ON}."
        yield Finding(about=about, subject=about, state="failure", said=said, remedy=silence.remedy)
