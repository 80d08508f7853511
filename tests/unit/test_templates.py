"""The layout of the document: whose template is used, what it can name, and what becomes of one that is broken."""

import re
from pathlib import Path
from typing import Any

import pytest

from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.incident import Reference
from postmortem.life import StatusChange
from postmortem.outputs.escaping import Md, passage, plain, prose
from postmortem.outputs.layout import BUILT_IN, Layout, layout_for, template_names
from postmortem.outputs.markdown import check_templates, render_body, render_markdown, template_problems
from postmortem.outputs.markers import KEYS
from postmortem.outputs.templates import OWN_TEMPLATES, shown
from postmortem.outputs.variables import HEADINGS, NAMES, variables
from postmortem.settings import read_settings
from tests.unit.given import BEA, START, at, evidence, log, note, said
from tests.unit.test_markdown import HOSTILE, rendered

DOCS = Path(__file__).parents[2] / "docs" / "templates.md"
CHECKOUT = Reference(id="PSERVICE1", name="Checkout API")
PAYMENTS = Reference(id="PTEAM1", name="Payments")


def written(text: str = "the pool is down", **incident: Any) -> Postmortem:
    records = (log("a", 0, "triggered"), said("1", 60, text), log("b", 90, "resolved", sequence=90))
    known: dict[str, Any] = {"priority": "P1", "service": CHECKOUT, "teams": (PAYMENTS,), "from_pagerduty": True}
    told = evidence(*records, **(known | incident))
    return compose(told, read_settings(""), composed_at=START)


def laid_out(settings: str, templates: dict[str, str] | None = None, **incident: Any) -> tuple[Postmortem, Layout]:
    postmortem = written(**incident)
    return postmortem, layout_for(read_settings(settings), postmortem.incident, templates or {})


def body(settings: str, templates: dict[str, str] | None = None, **incident: Any) -> str:
    return render_body(*laid_out(settings, templates, **incident))


def section(text: str, key: str) -> str:
    """What stands between the marks of one section."""
    return text.split(f"<!-- debrief:begin {key} -->\n")[1].split(f"<!-- debrief:end {key} -->", maxsplit=1)[0]


def test_every_section_stands_between_marks_of_its_own_in_the_documented_order():
    text = render_markdown(written())

    marks = re.findall(r"^<!-- debrief:(begin|end) (\w+) -->$", text, re.MULTILINE)
    assert [key for what, key in marks if what == "begin"] == [key for key in KEYS if key != "similar"]
    assert marks[::2] == [("begin", key) for _, key in marks[1::2]]
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == [HEADINGS[key] for key in KEYS if key not in ("head", "similar")]


def test_a_template_of_the_organisations_own_replaces_one_section():
    text = body(
        "document: {sections: {impact: {template: i.md.j2}}}", {"i.md.j2": "## Harm\n\n{{ incident.priority }}!"}
    )

    assert section(text, "impact") == "## Harm\n\nP1!\n"
    assert "## Timeline" in text


def test_the_head_can_have_a_template_too():
    text = body("document: {sections: {head: {template: h}}}", {"h": "# {{ organisation or 'We' }}: {{ title }}"})

    assert section(text, "head") == "# We: Checkout is slow\n"


def test_a_template_for_the_whole_document_places_the_sections_itself():
    text = body("document: {template: d.md.j2}", {"d.md.j2": "Top secret\n\n{{ by_key.summary }}\n\n{{ by_key.head }}"})

    assert text.startswith("Top secret\n\n<!-- debrief:begin summary -->\n## Summary\n")
    assert "## Timeline" not in text


def test_an_expression_cannot_forget_to_escape():
    hostile = "<script>*x*</script> [a](javascript:b) # | `c`"
    template = "## X\n\n{{ title }}\n- {{ title ~ title }}\n{{ title | upper }}\n{{ title | safe }}"
    text = section(body("document: {sections: {impact: {template: i}}}", {"i": template}, title=hostile), "impact")

    assert not re.search(r"(?<!\\)[<*\[`|]", text)
    assert "X" in text


EVERYWHERE = """# {{ title }}

{{ title }}
- {{ title }}
  - x {{ title }} {{ title | prose }}

| {{ title }} | {{ title | prose }} |
| --- | --- |
| {{ title }} | {{ link(title, "https://acme.example/" ~ title) }} |

- {{ title | passage }}
- {{ title | code }}
> {{ title }}
"""


def shape(title: str) -> list[str]:
    text = section(body("document: {sections: {impact: {template: i}}}", {"i": EVERYWHERE}, title=title), "impact")
    page = rendered(text)
    assert not page.handlers
    assert all(address.startswith(("https://", "http://")) for address in page.links)
    return page.shape()


@pytest.mark.parametrize("text", [text for text in HOSTILE if plain(text)])
def test_wherever_a_template_puts_a_text_it_stays_a_text(text: str):
    assert shape(text) == shape("hello")


def test_what_a_macro_wrote_is_not_escaped_twice():
    template = "{% macro bold(text) %}**{{ text }}**{% endmacro %}{{ bold(title) }}"
    text = section(body("document: {sections: {impact: {template: i}}}", {"i": template}, title="a*b"), "impact")

    assert text == "**a\\*b**\n"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("ok\n{% if %}", "i.md.j2, line 2: Expected an expression, got 'end of statement block'; "),
        ("ok\n\n{{ titel }}", "i.md.j2, line 3: 'titel' is undefined; "),
        ("{% if title == 'never' %}\n{{ titel }}{% endif %}", "i.md.j2, line 2: 'titel' is undefined; "),
        ("ok\n{{ incident.nmae }}", "i.md.j2, line 2: incident has no field 'nmae'; "),
        ("ok\n{{ section.titel }}", "i.md.j2, line 2: section has no field 'titel'; "),
        ("{{ incident }}", "i.md.j2, line 1: a value of the kind Incident cannot be shown: name one of its fields; "),
        ("\n{{ title + 1 }}", 'i.md.j2, line 2: can only concatenate str (not "int") to str; '),
        ("{{ 1 / 0 }}", "i.md.j2, line 1: division by zero; "),
        ("{{ title | nosuch }}", "i.md.j2, line 1: No filter named 'nosuch'; "),
        ("{% include 'x' %}", "i.md.j2, line 1: no loader for this environment specified; "),
        ("{{ title.__class__ }}", "i.md.j2, line 1: access to attribute '__class__' of 'str' object is unsafe; "),
        (
            "{{ incident.model_dump() }}",
            "i.md.j2, line 1: access to attribute 'model_dump' of 'Incident' object is unsafe; ",
        ),
    ],
)
def test_a_broken_template_is_named_with_its_line_and_the_built_in_one_stands_in(template: str, sentence: str):
    postmortem, layout = laid_out("document: {sections: {impact: {template: i.md.j2}}}", {"i.md.j2": template})
    sentence += "the built-in template is used."

    assert template_problems(postmortem, layout) == (sentence,)
    text = render_body(postmortem, layout)
    assert section(text, "impact") == section(render_body(postmortem), "impact")
    assert f"- ⚠ **Template:** {plain(sentence)}" in section(text, "sources")


def test_a_template_that_is_not_there_and_a_broken_document_are_both_told():
    settings = "document: {template: d.md.j2, sections: {impact: {template: gone.md.j2}}}"
    postmortem, layout = laid_out(settings, {"d.md.j2": "{{ 1 / 0 }}"})

    assert template_problems(postmortem, layout) == (
        "gone.md.j2: there is no such file beside debrief.yml, or it cannot be read; the built-in template is used.",
        "d.md.j2, line 1: division by zero; the built-in template is used.",
    )
    assert "## Timeline" in render_body(postmortem, layout)


def test_templates_are_checked_without_a_document_too():
    settings = read_settings("document: {template: d, sections: {impact: {template: i}, people: {template: gone}}}")

    assert template_names(settings) == ("d", "i", "gone")
    assert check_templates(settings, {"d": "{{ by_key.summary }}{{ nothing }}", "i": "{{ section.heading }}"}) == (
        "d, line 1: 'nothing' is undefined; the built-in template is used.",
        "gone: there is no such file beside debrief.yml, or it cannot be read; the built-in template is used.",
    )


def test_sections_can_be_hidden_renamed_and_put_in_another_order():
    settings = """
document:
  order: [timeline, summary]
  sections:
    lessons: {show: false}
    impact: {heading: "Who was *hit*"}
"""
    headings = re.findall(r"^## (.+)$", body(settings), re.MULTILINE)

    assert headings[:3] == ["Timeline", "Summary", "Who was \\*hit\\*"]
    assert "Lessons" not in headings


def test_a_question_of_the_organisation_is_asked_in_its_section_and_in_the_review():
    question = "{ask: 'Was the regulator told?', of: compliance officer}"
    settings = f"document: {{sections: {{impact: {{questions: [{question}]}}}}}}"
    text = body(settings)

    assert "- ❓ **Compliance officer:** Was the regulator told?\n" in section(text, "impact")
    assert "### Compliance officer\n\n- ❓ Was the regulator told? ([Impact](#impact))" in section(text, "review")


OVERRIDES = """
document:
  sections: {impact: {heading: all}}
  overrides:
    - {match: {priorities: [P1]}, sections: {impact: {heading: priority, questions: [{ask: "A?", of: all}]}}}
    - {match: {teams: [Payments]}, sections: {impact: {heading: team}}}
    - {match: {teams: [Payments], priorities: [P1]}, sections: {impact: {heading: team and priority}}}
    - {match: {teams: [Payments], priorities: [P1]}, sections: {impact: {heading: too late}}}
    - {match: {services: [PSERVICE1]}, sections: {causes: {heading: service}}}
"""


@pytest.mark.parametrize(
    ("incident", "heading"),
    [
        ({}, "team and priority"),
        ({"priority": "P2"}, "team"),
        ({"teams": ()}, "priority"),
        ({"teams": (), "priority": None}, "all"),
    ],
)
def test_the_most_specific_layout_has_the_last_word(incident: dict[str, Any], heading: str):
    text = body(OVERRIDES, **incident)

    assert section(text, "impact").startswith(f"## {heading}\n")
    assert ("A?" in text) == (incident.get("priority", "P1") == "P1")
    assert section(text, "causes").startswith("## service\n")


def test_the_documented_variables_are_the_ones_there_are():
    documented = set(
        re.findall(r"^\| `(\w+)` \|", DOCS.read_text().split("## Variables")[1].split("## ")[0], re.MULTILINE)
    )

    assert documented == {*NAMES, "section", "sections", "by_key"}
    assert {*variables(written(), BUILT_IN), "problems"} == set(NAMES)


def test_every_section_is_documented_and_has_a_template():
    documented = set(
        re.findall(r"^\| `(\w+)` \|", DOCS.read_text().split("## Sections")[1].split("## ")[0], re.MULTILINE)
    )

    assert documented == {*HEADINGS, "head"} == set(KEYS)
    assert set(OWN_TEMPLATES) < set(KEYS)


def test_the_head_says_who_moved_it_and_when():
    moves = (
        StatusChange(to="in_review", by="Bea *Lindqvist*", at=at(60).at),
        StatusChange(to="reviewed", by="Carl", at=at(90).at),
    )
    head = section(render_body(written().moved(moves)), "head")

    assert "Status: **reviewed** (by Carl, 2026-11-17 14:01:30 UTC) · composed " in head
    assert "\n\nStatus before: in review (by Bea \\*Lindqvist\\*, 2026-11-17 14:01:00 UTC)\n" in head


def test_moves_of_the_status_stand_on_a_line_of_their_own_with_a_space_between_them():
    moves = tuple(StatusChange(to=to, by="Bea", at=at(n).at) for n, to in enumerate(("in_review", "closed", "draft")))
    head = section(render_body(written().moved(moves)), "head")

    assert "UTC), closed (by Bea" in head
    assert "\n\nStatus before: " in head


def test_code_from_chat_is_a_block_of_code_and_its_lines_are_kept():
    text = section(render_markdown(written("it is down:\n```panic: `x`\n\n</details> | y```look - please")), "full_log")

    assert (
        "**Bea Lindqvist**: it is down:\n  ```\n  panic: `x`\n  \n  </details> | y\n  ```\n  look - please (#inc-1)"
        in text
    )


def test_a_block_of_code_has_more_backticks_around_it_than_inside_and_holds_no_mark_of_ours():
    block = passage("```a ````` b\n<!-- debrief:end timeline -->```")

    assert "<!--" not in passage("```\n<!-- debrief:end timeline -->\n<!--debrief:begin x-->\n```")
    assert block.count("```") >= 2


def test_code_within_a_line_is_code_but_in_a_cell_only_without_strokes():
    assert prose("run `a*b` and `c|d`") == "run `a*b` and \\`c\\|d\\`"
    assert passage("run `a*b` and `c|d`") == "run `a*b` and `c|d`"


def test_somebody_who_joins_is_not_quoted():
    text = render_markdown(written("@bea has joined the channel"))

    assert "Bea Lindqvist has joined the channel (#inc-1)" in text
    assert "**: has joined" not in text


def test_a_resolution_note_is_marked_outside_its_words():
    told = evidence(note("n", 60, "restarted it", is_resolution=True, person_id=BEA.id), log("a", 0, "triggered"))
    text = render_body(compose(told, read_settings(""), composed_at=START))

    assert "**Bea Lindqvist** (resolution note): restarted it (PagerDuty note)" in text


def test_silence_and_rounds_are_told_in_the_timeline():
    told = evidence(
        log("a", 0, "triggered"), log("b", 1800, "resolved"), log("c", 3600, "reopened"), log("d", 7200, "resolved")
    )
    text = section(render_body(compose(told, read_settings(""), composed_at=START)), "timeline")

    assert "It was reopened, and went round 2 times:\n\n- Round 1: 2026-11-17 14:00:00 UTC to " in text
    assert "**Round 2 begins**" in text
    assert "- *14:00:00 UTC · no word on record for 30 min, until 14:30:00 UTC* (PagerDuty log)" in text


def test_a_number_a_date_and_nothing_can_be_shown_and_a_list_cannot():
    assert [shown(value) for value in (3, None, True, Md("**x**"), at(0).at)] == [
        "3",
        "",
        "True",
        "**x**",
        "2026-11-17 14:00:00 UTC",
    ]
    with pytest.raises(TypeError, match="of the kind list cannot be shown"):
        shown([])


@pytest.mark.parametrize(
    "template",
    [
        "{{ 10**5000 }}",
        "{{ " + "9" * 5000 + " }}",
        "{% if 1 %}" * 200 + "{% endif %}" * 200,
        "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
        "{{ 'a' * 99999999999 }}",
        "{{ 'a'|center(99999999999) }}",
        "{{ 'a'.center(99999999999) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ (1).to_bytes(99999999999) }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(900000) %}" + "far too much " * 10 + "{% endfor %}",
        "{% macro m(n) %}{{ m(n + 1) ~ m(n + 1) if n < 30 }}{% endmacro %}{{ m(0) }}",
        "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x=2) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{% set t = range(9999)|join('x') %}{{ t|replace('x', t) }}{{ t|list|join(t) }}",
    ],
)
def test_a_template_that_asks_for_too_much_gives_the_built_in_section_and_one_sentence(template: str):
    settings = "document: {sections: {summary: {template: s.j2}}}"

    text = body(settings, {"s.j2": template})

    assert section(text, "summary") == section(body(""), "summary")
    (problem,) = template_problems(*laid_out(settings, {"s.j2": template}))
    assert problem.startswith("s.j2")
    assert problem.endswith("; the built-in template is used.")
    assert len(problem) < 200


def test_arithmetic_loops_and_joined_texts_are_what_a_template_may_do():
    template = (
        "{% for i in range(3) %}{{ i * 2 + 7 % 4 }} {{ 'a' ~ i }} {{ loop.last }} {% endfor %}{{ [1, 2]|join('-') }}"
    )

    text = body("document: {sections: {summary: {template: s.j2}}}", {"s.j2": template})

    assert section(text, "summary").strip() == "3 a0 False 5 a1 False 7 a2 True 1-2"
