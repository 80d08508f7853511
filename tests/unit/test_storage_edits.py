"""Edits survive on a Confluence page, which gives back other bytes than it was given."""

import random
from dataclasses import dataclass, field

import pytest

from postmortem.merging import Edition
from postmortem.outputs.storage_edits import as_kept, edition_named_in, first_page, merge_page, most_like, signature_of
from postmortem.outputs.storage_form import form_of
from postmortem.outputs.storage_tree import tree_from_storage
from postmortem.outputs.storage_units import body_of, units_of
from tests.vendors.confluence_storage import as_confluence_keeps, parsed

KEY = "local/Q2"


def items(*texts: str) -> str:
    return f"<ul>{''.join(f'<li><p>{text}</p></li>' for text in texts)}</ul>"


def rows(*pairs: tuple[str, str]) -> str:
    told = "".join(f"<tr><td><p>{name}</p></td><td><p>{value}</p></td></tr>" for name, value in pairs)
    return f"<table><tbody><tr><th><p>Item</p></th><th><p>Issue</p></th></tr>{told}</tbody></table>"


def document(*timeline: str, issues: tuple[tuple[str, str], ...] = (("Raise the limit", "not opened"),)) -> str:
    log = (
        '<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">All events</ac:parameter>'
        f"<ac:rich-text-body><p>{len(timeline)} events.</p>{items(*timeline)}</ac:rich-text-body></ac:structured-macro>"
    )
    return (
        f"<p>Status: draft</p><h2>Timeline</h2>{items(*timeline)}<h2>Action items</h2>{rows(*issues)}<h2>Log</h2>{log}"
    )


OURS = document("14:00 the pool is down", "14:05 restarted it", "14:09 it works")


@dataclass
class Wiki:
    """One page, as Confluence keeps it, and what we remember of it."""

    body: str = ""
    editions: dict[str, Edition] = field(default_factory=dict)
    writes: int = 0

    def publish(self, ours: str) -> "Wiki":
        if not self.body:
            page = first_page(ours, KEY)
        else:
            known = self.editions.get(edition_named_in(self.body) or "") or most_like(self.editions.values(), self.body)
            page = merge_page(known, self.body, ours, KEY)
        if page.has_news:
            self.body = as_confluence_keeps(page.body)
            self.editions[page.edition.name] = as_kept(page.edition, self.body)
            self.writes += 1
        return self

    def edit(self, before: str, after: str) -> "Wiki":
        """A person's edit, after which Confluence writes the page its own way."""
        assert before in self.body, f"{before} is not on the page"
        self.body = as_confluence_keeps(self.body.replace(before, after, 1))
        return self

    def text(self) -> str:
        return " ".join("".join(parsed(self.body).itertext()).split())


def test_a_page_that_nobody_touched_takes_our_news_and_is_not_written_twice():
    wiki = Wiki().publish(OURS).publish(OURS)
    assert wiki.writes == 1

    newer = document("14:00 the pool is down", "14:05 restarted it", "14:09 it works", "14:20 it holds")
    wiki.publish(newer).publish(newer)
    assert wiki.writes == 2
    assert wiki.text().count("14:20 it holds") == 2
    assert "4 events." in wiki.text()
    assert wiki.body.count('ac:name="expand"') == 1
    assert wiki.body.count("<ul") == 2
    assert "Debrief suggests" not in wiki.text()


def test_what_a_person_changed_stays_byte_for_byte_and_our_news_stands_beside_it():
    wiki = Wiki().publish(OURS).edit("14:05 restarted it", "14:05 Bea restarted <em>both</em>")
    theirs = wiki.body[wiki.body.index("14:05 Bea") :][:33]
    wiki.publish(document("14:00 the pool is down", "14:05 restarted it twice", "14:09 it works"))

    assert theirs in wiki.body
    assert "Debrief suggests: 14:05 restarted it twice" in wiki.text()
    assert "14:05 restarted it " not in wiki.text().split("Action items")[0].replace("suggests: 14:05 restarted it", "")


def test_a_suggestion_that_was_taken_out_does_not_come_back():
    newer = document("14:00 the pool is down", "14:05 restarted it twice", "14:09 it works")
    wiki = Wiki().publish(OURS).edit("14:05 restarted it", "14:05 Bea did it").publish(newer)
    begin = wiki.body.rindex("<li", 0, wiki.body.index("Debrief suggests"))
    end = wiki.body.index("</li>", begin) + len("</li>")
    wiki.edit(wiki.body[begin:end], "").publish(newer)

    assert "Debrief suggests" not in wiki.text()
    assert "14:05 Bea did it" in wiki.text()


def test_a_suggestion_gives_way_to_a_newer_one():
    wiki = Wiki().publish(OURS).edit("14:05 restarted it", "14:05 Bea did it")
    for often in ("twice", "three times"):
        wiki.publish(document("14:00 the pool is down", f"14:05 restarted it {often}", "14:09 it works"))
    assert wiki.text().count("Debrief suggests") == 1
    assert "Debrief suggests: 14:05 restarted it three times" in wiki.text()


def test_what_a_person_deleted_stays_deleted():
    wiki = Wiki().publish(OURS)
    first = units_of(wiki.body)[3]
    assert "14:05" in first.says
    wiki.edit(first.source, "").publish(
        document("14:00 the pool is down", "14:05 restarted it", "14:09 it works", "new")
    )
    assert wiki.text().count("14:05 restarted it") == 1, "only in the log"
    assert wiki.text().count("new") == 2


def test_what_a_person_added_stays_wherever_it_stands():
    wiki = Wiki().publish(OURS)
    wiki.edit("14:09 it works</p></li>", "14:09 it works</p></li><li><p>Ours: a lesson</p></li>")
    inside = "<ac:rich-text-body><p>Read me</p></ac:rich-text-body>"
    panel = f'<ac:structured-macro ac:name="panel">{inside}</ac:structured-macro>'
    wiki.body = as_confluence_keeps(f"{panel}{wiki.body}<p>The end.</p>")
    wiki.publish(document("14:00 the pool is down", "14:05 restarted it", "14:09 it works", "14:20 it holds"))

    text = wiki.text()
    assert text.startswith("Read meStatus")
    assert text.index("14:09 it works") < text.index("Ours: a lesson") < text.index("Action items")
    assert "The end." in text


def test_a_mark_of_an_inline_comment_survives_and_so_does_the_text_in_it():
    marker = '<ac:inline-comment-marker ac:ref="3a7b">it works</ac:inline-comment-marker>'
    wiki = Wiki().publish(OURS).edit("14:09 it works", f"14:09 {marker}")
    wiki.publish(document("14:00 the pool is down", "14:05 restarted it", "14:09 it works", "14:20 it holds"))
    assert marker in wiki.body


def test_an_issue_key_reaches_a_row_and_a_persons_row_stays():
    wiki = Wiki().publish(OURS)
    wiki.edit("not opened</p></td></tr>", "not opened</p></td></tr><tr><td><p>Buy cake</p></td><td><p>me</p></td></tr>")
    wiki.publish(
        document(
            "14:00 the pool is down", "14:05 restarted it", "14:09 it works", issues=(("Raise the limit", "CHK-1"),)
        )
    )
    assert "CHK-1" in wiki.text()
    assert "not opened" not in wiki.text()
    assert "Buy cake" in wiki.text()
    assert wiki.body.count("<table") == 1


def test_a_row_that_a_person_changed_gets_its_suggestion_as_a_row_below_it():
    wiki = Wiki().publish(OURS).edit("not opened", "I do it myself")
    wiki.publish(
        document(
            "14:00 the pool is down", "14:05 restarted it", "14:09 it works", issues=(("Raise the limit", "CHK-1"),)
        )
    )
    assert wiki.body.count("<table") == 1
    assert wiki.text().index("I do it myself") < wiki.text().index("Debrief suggests: Raise the limit")
    assert "CHK-1" in wiki.text()


def test_a_page_put_back_to_an_older_version_is_known_by_the_edition_it_names():
    wiki = Wiki().publish(OURS)
    old = wiki.body
    wiki.publish(document("14:00 the pool is down"))
    wiki.body = old
    wiki.publish(document("14:00 the pool is down", "14:30 all well"))
    assert "14:05 restarted it" not in wiki.text()
    assert "14:30 all well" in wiki.text()
    assert "Debrief suggests" not in wiki.text()


def test_a_person_may_take_out_the_line_that_says_whose_page_it_is():
    wiki = Wiki().publish(OURS)
    last = units_of(wiki.body)[-1].source
    assert signature_of(KEY) in last
    wiki.edit(last, "").edit("14:05 restarted it", "14:05 Bea did it")
    wiki.publish(document("14:00 the pool is down", "14:05 restarted it", "14:09 it works", "14:20 it holds"))
    assert "14:20 it holds" in wiki.text()
    assert "14:05 Bea did it" in wiki.text()
    assert signature_of(KEY) not in wiki.body


def test_a_page_of_which_nothing_is_known_stays_as_it_is():
    wiki = Wiki(body=as_confluence_keeps("<p>All by hand.</p>"))
    wiki.publish(OURS)
    assert wiki.text() == "All by hand."


@pytest.mark.parametrize(
    "other",
    [
        '<p class="x" local-id="7">“é” &amp;</p>',
        "<p>&ldquo;&eacute;&rdquo; &#38;</p>",
        "<p >  “é”\n <!-- note -->&amp; </p>",
        "<p><![CDATA[“é” &]]></p>",
    ],
)
def test_two_ways_of_writing_the_same_say_the_same(other: str):
    assert units_of(other)[0].says == units_of("<p>“é” &amp;</p>")[0].says


@pytest.mark.parametrize(
    "other",
    ["<p>“e” &amp;</p>", "<p>“é” <em>&amp;</em></p>", "<h2>“é” &amp;</h2>", '<p style="color: red">“é” &amp;</p>'],
)
def test_what_a_person_can_change_counts(other: str):
    assert units_of(other)[0].says != units_of("<p>“é” &amp;</p>")[0].says


def test_space_in_code_counts():
    tree, other = tree_from_storage(b"<pre>a  b</pre>"), tree_from_storage(b"<pre>a b</pre>")
    assert tree
    assert other
    assert form_of(tree) != form_of(other)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text without a tag",
        "<p>not closed",
        "a <strong>b</strong> c<p>d</p>tail",
        "<!-- c --><p>a</p><!-- d -->\n<hr/>",
        "<ul> <li>1</li>\n<li>2<ul><li>3</li></ul></li> </ul><ul><li>4</li></ul>",
        "<table><colgroup><col/></colgroup><thead><tr><th/></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
        "<ac:layout><ac:layout-section><ac:layout-cell><p>a</p></ac:layout-cell></ac:layout-section></ac:layout>",
        "<ul>text<li>1</li></ul><table/><ul/>",
        "<div>" * 300 + "</div>" * 300,
        "<p>&bogus;</p>",
        "\ud83d",
    ],
)
def test_a_page_taken_apart_and_put_together_is_the_same_to_the_byte(body: str):
    assert body_of(units_of(body)) == body
    kept = as_confluence_keeps(OURS)
    assert body_of(units_of(kept)) == kept


def test_random_edits_and_regenerations_lose_nothing():
    for seed in range(150):
        lose_nothing(random.Random(seed))


def lose_nothing(chance: random.Random) -> None:
    """A life of a page: news, edits, additions, deletions in any order. A word of a person's is unique ("hand7")."""
    told = [f"event{number}" for number in range(chance.randint(1, 6))]
    wiki, by_hand, deleted, number = Wiki().publish(document(*told)), set[str](), set[str](), 100
    for _ in range(chance.randint(2, 8)):
        number += 1
        act = chance.choice(("news", "news", "change", "add", "delete"))
        if act == "news":
            place = chance.randint(0, len(told))
            told[place:place] = [f"event{number}"]
            if chance.random() < 0.5:
                changed = chance.randrange(len(told))
                told[changed] = f"{told[changed].split()[0]} now {number}"
            wiki.publish(document(*told))
        else:
            by_hand |= _person(wiki, chance, act, f"hand{number}", deleted, by_hand)
        words = set(wiki.text().replace(".", " ").split())
        found = wiki.text()
        assert not [word for word in by_hand - deleted if word not in found], f"lost {by_hand - deleted - words}"
        assert wiki.body.count('ac:name="expand"') <= 2
    final = Wiki(wiki.body, wiki.editions).publish(document(*told)).publish(document(*told))
    again = final.writes
    assert final.publish(document(*told)).writes == again, "it comes to rest"
    assert not [word for word in by_hand - deleted if word not in final.text()]


def _person(wiki: Wiki, chance: random.Random, act: str, word: str, deleted: set[str], by_hand: set[str]) -> set[str]:
    units = list(units_of(wiki.body))
    place = chance.randrange(len(units) - 1)
    unit = units[place]
    if act == "delete":
        if "Debrief key" in unit.source:
            return set()
        deleted |= {one for one in by_hand if one in unit.source}
        del units[place]
    elif act == "add":
        added = unit.source.split(">")[0].lstrip("<").split(" ")[0]
        inner = {"li": f"<li><p>{word}</p></li>", "tr": f"<tr><td><p>{word}</p></td><td><p>x</p></td></tr>"}
        units.insert(place + 1, type(unit)("", inner.get(added, f"<p>{word}</p>"), unit.levels))
    else:
        before, end, after = unit.source.rpartition("</p>")
        if not end or "Debrief key" in unit.source:
            return set()
        units[place] = type(unit)("", f"{before} {word}{end}{after}", unit.levels)
    wiki.body = as_confluence_keeps(body_of(units))
    return set() if act == "delete" else {word}
