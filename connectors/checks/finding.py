"""What a check finds, and how one trouble stays one line: a vendor that does not answer is not asked on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from connectors.errors import BadReply, ConnectorError, RateLimited, Unreachable
from postmortem.noun import Noun

type State = Literal["ok", "warning", "failure"]

MOST_ALIKE = 3
"""So many lines may say the same of different people."""
MOST_NAMED = 20
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
    """Of many people those with whom something is not right, and how many are: two hundred are one line, and so are
    those of whom the same is to be said. Raises as `under` does, once what was found until then is told."""
    found, silence = list[Finding](), None
    try:
        for finding in each:
            found.append(finding)
    except (Unreachable, RateLimited, BadReply) as error:
        silence = error
    alike = defaultdict[tuple[str, str, str], list[Finding]](list)
    for finding in found:
        alike[finding.state, finding.said, finding.remedy].append(finding)
    for (state, said, _), group in alike.items():
        if state == "ok":
            yield Finding(about=about, subject="people", state="ok", said=f"{len(group):,} {said}")
        elif len(group) > MOST_ALIKE:
            said = f"{said} That is so of {_names(group)}."
            yield group[0].model_copy(update={"subject": f"{len(group):,} people", "said": said})
        else:
            yield from group
    if silence is not None:
        raise silence


def _names(group: list[Finding]) -> str:
    shown = [finding.subject.removeprefix("person ") for finding in group[:MOST_NAMED]]
    more = len(group) - len(shown)
    return f"{', '.join(shown)} and {more:,} more" if more else f"{', '.join(shown[:-1])} and {shown[-1]}"


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
