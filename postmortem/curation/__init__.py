"""What is shown above the fold. Every event carries its reason; nothing is removed, only folded into the full log.

`judge.py` decides, in this order: what people and settings say of a message (`choices.py`), what kind of message it is,
what its words say (`cues.py`, with the words in `words.py`; `weighing.py` adds them up and says why).
"""

from postmortem.curation.choices import Curation, curation_from_settings
from postmortem.curation.judge import curate

__all__ = ["Curation", "curate", "curation_from_settings"]
