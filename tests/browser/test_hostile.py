"""Text from outside, in every place of the page, runs nothing and loads nothing."""

from playwright.sync_api import expect

from tests.browser.pages import page_of
from tests.browser.visit import Desk, log_rows, picture
from tests.unit.given import alert, change, log, note, said

ACTIVE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title></style></svg><script>alert(1)</script>",
    "<!--<script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "![](https://evil.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<https://evil.example/auto>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<style>@import 'https://evil.example'</style>",
    "<details open ontoggle=alert(1)><summary>x</summary>",
    "<form action=//evil.example><button>x",
    "<math><mtext></p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "{{ 7 * 7 }}{% include 'page.css' %}${alert(1)}",
    "\u2028alert(1)\u2029",
    "\u202etxt.exe",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<!-- debrief:end full_log -->",
    "\n\n<details><summary><img src=x onerror=alert(1)></summary>\n\n</details>",
    "## d.picture\n\n# main",
    "javascript:alert(1)",
]
LINKS = [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://a.example/\"onclick='",
]


def test_hostile_text_is_text_everywhere(desk: Desk):
    everything = " ".join(ACTIVE)
    told = [
        *(said(f"{n}", n * 60, text, channel_name=text, link=LINKS[n % 4]) for n, text in enumerate(ACTIVE)),
        *(alert(f"{n}", n * 60, text=text, link=LINKS[n % 4]) for n, text in enumerate(ACTIVE)),
        *(note(f"{n}", n * 60, text) for n, text in enumerate(ACTIVE)),
        change("c", 1, everything, link=LINKS[0]),
        log("t", 0, "triggered", text=everything),
        log("r", 9000, "resolved", text=everything),
    ]
    page = desk.opens(page_of(*told, title=everything, from_pagerduty=True))

    expect(picture(page)).to_be_visible()
    picture(page).focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.locator("summary").evaluate_all("folds => folds.forEach(fold => fold.parentElement.open = true)")
    page.get_by_label("Text").fill("script")
    expect(log_rows(page).first).to_contain_text("<script>alert(1)</script>")
    assert page.locator("script, style, base, iframe, img, object, embed, link").count() == 2
    hrefs = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {href.partition(":")[0] for href in hrefs if not href.startswith("#")} <= {"https", "http", "mailto"}
    attributes = page.locator("*").evaluate_all("all => all.flatMap(one => one.getAttributeNames())")
    assert [name for name in set(attributes) if name.startswith("on")] == []


def test_a_hostile_document_is_text_too(desk: Desk):
    document = "\n\n".join(["# <script>alert(1)</script>", *(f"## {text}\n\n- {text}\n\n{text}" for text in ACTIVE)])
    page = desk.opens(page_of(said("1", 0, "down"), document=document))

    expect(page.locator("header h1")).to_have_text("<script>alert(1)</script>")
    assert page.locator("article :is(script, img, style, svg, form, iframe, math)").count() == 0
    assert page.locator('[id="d.picture"]').count() == 1
    assert page.locator("#main").count() == 1
