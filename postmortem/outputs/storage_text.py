"""The only ways in which a text gets into Confluence's storage format. Nothing in it can begin or end a tag."""

import re

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets, read 2026-11-21), and what turns the reading direction.
_UNFIT = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SAFE_LINK = re.compile(r"(?:https?://[^\s/]|mailto:[^\s])[^\s]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z0-9+#-]{1,20}")
FOLD_END = "</ac:rich-text-body></ac:structured-macro>"


def escape_text(text: str) -> str:
    """Text between tags, or an attribute's value between double quotes."""
    plain = _UNFIT.sub("", text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def link_begin(address: str) -> str:
    """The tag that begins a link; "" where the address is not one of http, https or mailto."""
    return f'<a href="{escape_text(address)}">' if _SAFE_LINK.fullmatch(address) else ""


def linked(label: str, address: str | None) -> str:
    begin = link_begin(address) if address else ""
    return f"{begin}{escape_text(label)}</a>" if begin else escape_text(label)


def fold_begin(title: str) -> str:
    """The fold called "expand"; `FOLD_END` ends it, blocks stand between."""
    return (
        '<ac:structured-macro ac:name="expand">'
        f'<ac:parameter ac:name="title">{escape_text(title)}</ac:parameter><ac:rich-text-body>'
    )


def code_macro(text: str, language: str) -> str:
    """Text as it is, in lines. A section of CDATA ends at the first "]]>", so there it is cut into two."""
    known = f'<ac:parameter ac:name="language">{language}</ac:parameter>' if _LANGUAGE.fullmatch(language) else ""
    data = _UNFIT.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    body = f"<ac:plain-text-body><![CDATA[{data}]]></ac:plain-text-body>"
    return f'<ac:structured-macro ac:name="code">{known}{body}</ac:structured-macro>'
