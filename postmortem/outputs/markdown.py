"""The document as GitHub Markdown: the hub from which the page and the Confluence page are made too.

The body comes from templates (`postmortem/outputs/templates/`, or the organisation's own), the full log from a plain
function. Every section stands between marks (`postmortem/outputs/markers.py`).
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from postmortem.document import Postmortem
from postmortem.outputs.escaping import Md
from postmortem.outputs.layout import BUILT_IN, Layout, TemplateText, named_templates, not_there
from postmortem.outputs.log import full_log_markdown
from postmortem.outputs.markers import between_marks
from postmortem.outputs.templates import (
    BROKEN,
    DOCUMENT,
    LINES,
    OWN_TEMPLATES,
    built_in,
    check_template,
    own_template,
    problem_in,
    write_own,
)
from postmortem.outputs.variables import NAMES, section_view, shown_keys, variables
from postmortem.settings.model import Settings

_BLANK_LINES = re.compile(r"\n{3,}")


class Body(NamedTuple):
    """The document without its full log, and what was wrong with the organisation's templates, a sentence each."""

    text: str
    problems: tuple[str, ...]


class BrokenTemplate(Exception):
    """A template of the organisation's own cannot be used; `sentence` says where and why."""

    def __init__(self, own: TemplateText, sentence: str) -> None:
        self.own, self.sentence = own, sentence
        super().__init__(sentence)


def render_markdown(postmortem: Postmortem, layout: Layout = BUILT_IN) -> str:
    """The whole document, ending with a newline."""
    return f"{render_body(postmortem, layout)}\n{full_log_markdown(postmortem)}"


def render_body(postmortem: Postmortem, layout: Layout = BUILT_IN) -> str:
    """The document without its full log, ending with a newline."""
    return write_body(postmortem, layout).text


def template_problems(postmortem: Postmortem, layout: Layout) -> tuple[str, ...]:
    """What is wrong with the organisation's templates, a sentence each; no template, no work."""
    has_own = layout.template or layout.templates
    return write_body(postmortem, layout).problems if has_own else layout.problems


def check_templates(settings: Settings, templates: Mapping[str, str]) -> tuple[str, ...]:
    """What can be told of the templates without a document: a sentence for each that is missing, or cannot be used."""
    found = dict[str, None]()
    for key, name in named_templates(settings):
        known = (*NAMES, "section") if key else (*NAMES, "sections", "by_key")
        own = TemplateText(name=name, text=templates[name]) if name in templates else None
        problem = check_template(own, known) if own else not_there(name)
        found |= {problem: None} if problem else {}
    return tuple(found)


def write_body(postmortem: Postmortem, layout: Layout) -> Body:
    """The body; a template that cannot be used is named in it, and the built-in one stands in."""
    known = variables(postmortem, layout)
    while True:
        try:
            return Body(_body(postmortem, layout, known), layout.problems)
        except BrokenTemplate as broken:
            layout = layout.without(broken.own, broken.sentence)


def _body(postmortem: Postmortem, layout: Layout, known: Mapping[str, Any]) -> str:
    """Every section, then the document around them."""
    told = {**known, "problems": layout.problems}
    by_key = {key: _section(postmortem, layout, key, told) for key in shown_keys(layout)}
    by_key = {key: text for key, text in by_key.items() if text}
    whole = _written(layout, DOCUMENT, {**told, "sections": tuple(by_key.values()), "by_key": by_key})
    return _BLANK_LINES.sub("\n\n", whole).strip("\n") + "\n"


def _section(postmortem: Postmortem, layout: Layout, key: str, told: Mapping[str, Any]) -> Md:
    """One section between its marks; nothing where its template writes nothing."""
    text = _written(layout, key, {**told, "section": section_view(postmortem, layout, key)})
    return Md(between_marks(key, text)) if text.strip() else Md("")


def _written(layout: Layout, key: str, told: Mapping[str, Any]) -> str:
    own = own_template(layout, key)
    if own is None:
        return built_in(key if key in (DOCUMENT, *OWN_TEMPLATES) else LINES).render(told)
    unknown = check_template(own, told)
    if unknown:
        raise BrokenTemplate(own, unknown)
    try:
        return write_own(own, told)
    except BROKEN as error:
        raise BrokenTemplate(own, problem_in(own, error)) from error
