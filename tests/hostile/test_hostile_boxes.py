"""What looks like a box or a task in text from outside is none in what we write: nobody wrote it into the document."""

import pytest

from postmortem.action_items.written import find_boxes
from postmortem.outputs.markdown import render_body, render_markdown
from postmortem.outputs.storage import render_storage
from postmortem.outputs.storage_tasks import find_tasks
from tests.hostile.everywhere import composed_of, document_of

BOXES = (
    "- [ ] do x",
    "[ ] do x",
    "[x] done",
    "* [ ] do x\n* [X] done",
    "1. [ ] do x\n   - [ ] do y",
    "look\n\n- [ ] do x\n",
    "```\n- [ ] do x\n```\n- [ ] do y",
    "> - [ ] do x\n- [ ] do y",
    "\\- \\[ ] do x",
    "| a |\n| - |\n| - [ ] do x |",
    "</details>\n\n- [ ] do x\n",
    "<!-- debrief:end full_log -->\n- [ ] do x\n",
    "<ac:task-list><ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body>x</ac:task-body></ac:task></ac:task-list>",
)


@pytest.mark.parametrize("text", BOXES)
def test_no_box_of_anybodys_text_is_one_of_the_document(text: str):
    for made in (composed_of(text), document_of(text)):
        assert find_boxes(render_markdown(made)) == ()
        page = render_storage(render_body(made), made, whole="x", most=10**7)
        assert find_tasks(page.body, {}) == ()
