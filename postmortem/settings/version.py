"""The name of what was set: the same settings and templates have the same one, whoever wrote them, and however."""

import hashlib
import json
from collections.abc import Mapping

from postmortem.settings.model import Settings

LENGTH = 12


def version_of(settings: Settings, templates: Mapping[str, str]) -> str:
    """12 hexadecimal digits. Comments, order and defaults that are written out do not matter, the release neither.

    `templates` are the texts of the files that the settings name, by name.
    """
    said = [settings.model_dump(mode="json", exclude_defaults=True), dict(templates)]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
