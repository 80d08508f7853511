"""The marks around what Debrief wrote, so that it can be told from what people wrote: a comment on a line of its own.

"<!-- debrief:begin summary -->" stands before the section whose key is `summary`, "<!-- debrief:end summary -->" after
it. The keys are stable. No text from outside can make such a line: in it, "<" is escaped or indented.
"""

from typing import get_args

from postmortem.settings.layout import SectionKey

KEYS: tuple[str, ...] = (*get_args(SectionKey), "full_log")
"""Every section, in the order in which they are read."""


def between_marks(key: str, text: str) -> str:
    """The text between its two marks, ending in a newline."""
    return f"<!-- debrief:begin {key} -->\n{text.strip('\n')}\n<!-- debrief:end {key} -->\n"
