"""Edits survive: what a person wrote, changed or deleted in a document, when the document is generated anew.

The same for every format: `Dialect` tells what a unit is. docs/decisions/0008-edits-survive.md has the rules.
"""

from postmortem.merging.dialect import Dialect, Mark
from postmortem.merging.edition import Edition, edition_from_json
from postmortem.merging.markdown import MARKDOWN
from postmortem.merging.merge import Merged, begin, merge, most_like

__all__ = ["MARKDOWN", "Dialect", "Edition", "Mark", "Merged", "begin", "edition_from_json", "merge", "most_like"]
