"""Which layout a document gets: the settings for its organisation, team and priority, and the templates they name."""

from collections.abc import Iterator, Mapping

from postmortem.incident import Incident
from postmortem.noun import Noun
from postmortem.settings.layout import (
    DocumentLayout,
    DocumentSettings,
    LayoutOverride,
    Question,
    SectionKey,
    SectionLayout,
)
from postmortem.settings.model import Settings
from postmortem.settings.routing import closeness_of

_CLOSENESS = ("priority", "team", "service")


class TemplateText(Noun):
    """A template of the operator's own. `name` is its file, as debrief.yml names it."""

    name: str
    text: str


class Layout(Noun):
    """A layout, whole: `template` is for the document, `templates` for single sections.

    `problems` are sentences about templates that cannot be used; the built-in ones are used instead.
    """

    template: TemplateText | None = None
    templates: tuple[tuple[SectionKey, TemplateText], ...] = ()
    order: tuple[SectionKey, ...] = ()
    hidden: tuple[SectionKey, ...] = ()
    headings: tuple[tuple[SectionKey, str], ...] = ()
    questions: tuple[tuple[SectionKey, Question], ...] = ()
    problems: tuple[str, ...] = ()

    def without(self, broken: TemplateText, sentence: str) -> "Layout":
        """The same without a template that cannot be used, and with the sentence that says why."""
        return self.model_copy(
            update={
                "template": None if self.template == broken else self.template,
                "templates": tuple((key, text) for key, text in self.templates if text != broken),
                "problems": (*self.problems, sentence),
            }
        )


BUILT_IN = Layout()
"""The layout without any setting."""


def layout_for(settings: Settings, incident: Incident, templates: Mapping[str, str]) -> Layout:
    """The layout of this incident's document. `templates` are the texts of the files that debrief.yml names."""
    merged = _for_incident(settings.document, incident)
    there = {name: TemplateText(name=name, text=text) for name, text in templates.items()}
    sections = merged.sections.items()
    return Layout(
        template=there.get(merged.template or ""),
        templates=tuple((key, there[section.template]) for key, section in sections if section.template in there),
        order=tuple(dict.fromkeys(merged.order)),
        hidden=tuple(key for key, section in sections if section.show is False),
        headings=tuple((key, section.heading) for key, section in sections if section.heading),
        questions=tuple((key, question) for key, section in sections for question in section.questions),
        problems=tuple(
            not_there(name) for name in dict.fromkeys(name for _, name in _named(merged)) if name not in templates
        ),
    )


def template_names(settings: Settings) -> tuple[str, ...]:
    """The files that the settings name, each once, in the order of the settings."""
    return tuple(dict.fromkeys(name for _, name in named_templates(settings)))


def named_templates(settings: Settings) -> Iterator[tuple[SectionKey | None, str]]:
    """For which section, or None for the whole document, which file is named."""
    document = settings.document
    for layout in (document, *document.overrides):
        yield from _named(layout)


def _named(layout: DocumentLayout) -> Iterator[tuple[SectionKey | None, str]]:
    if layout.template:
        yield None, layout.template
    for key, section in layout.sections.items():
        if section.template:
            yield key, section.template


def not_there(name: str) -> str:
    return f"{name}: there is no such file beside debrief.yml, or it cannot be read; the built-in template is used."


def _for_incident(document: DocumentSettings, incident: Incident) -> DocumentLayout:
    """The organisation's layout with every override that matches, the most specific last: it has the last word."""
    matching = [override for override in document.overrides if closeness_of(override.match, incident)]
    most_specific_first = sorted(matching, key=lambda override: _specific(override, incident), reverse=True)
    merged: DocumentLayout = document
    for override in reversed(most_specific_first):
        merged = _merged(merged, override)
    return merged


def _specific(override: LayoutOverride, incident: Incident) -> tuple[int, bool]:
    closeness = closeness_of(override.match, incident)
    return (_CLOSENESS.index(closeness) if closeness else -1, bool(override.match.priorities))


def _merged(under: DocumentLayout, over: DocumentLayout) -> DocumentLayout:
    keys = dict.fromkeys((*under.sections, *over.sections))
    nothing = SectionLayout()
    return DocumentLayout(
        template=over.template or under.template,
        order=over.order or under.order,
        sections={key: _both(under.sections.get(key, nothing), over.sections.get(key, nothing)) for key in keys},
    )


def _both(under: SectionLayout, over: SectionLayout) -> SectionLayout:
    """Questions of both are asked; of everything else, what the more specific says."""
    return SectionLayout(
        show=under.show if over.show is None else over.show,
        heading=over.heading or under.heading,
        template=over.template or under.template,
        questions=tuple(dict.fromkeys((*under.questions, *over.questions))),
    )
