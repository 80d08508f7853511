"""Hostile texts by family, each once."""

from tests.hostile.payloads_formats import CONFLUENCE, INVISIBLE, LONG, MARKDOWN, MARKS, OTHER_FORMATS, SLACK, TEMPLATES
from tests.hostile.payloads_web import ADDRESSES, ATTRIBUTES, ENTITIES, HTML, STYLES, SVG_MATHML, UNCLOSED

FAMILIES = {
    "html": HTML,
    "attributes": ATTRIBUTES,
    "svg and mathml": SVG_MATHML,
    "entities": ENTITIES,
    "unclosed": UNCLOSED,
    "templates": TEMPLATES,
    "markdown": MARKDOWN,
    "our own marks": MARKS,
    "confluence": CONFLUENCE,
    "slack": SLACK,
    "other formats": OTHER_FORMATS,
    "invisible": INVISIBLE,
    "long": LONG,
    "styles": STYLES,
    "addresses": ADDRESSES,
}
PAYLOADS = tuple(dict.fromkeys(payload for family in FAMILIES.values() for payload in family))
