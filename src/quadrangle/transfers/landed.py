"""What a packaged thing is once it is here: as it can be stored, in words that can be shown. Pure. Source: portfolio-package.md §5, §6.5.

It is worked out before a thing is compared with what is there: what is cut or cleaned on the way in must not look like a change afterwards.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Any, Final

from msgspec.structs import replace

from quadrangle import artifacts
from quadrangle.files import file_name
from quadrangle.kernel.errors import Invalid
from quadrangle.kernel.html import LONGEST, plain_text, sanitise, too_deep
from quadrangle.packages import EmbeddedFile, FileArtifact, Item, PackedFile, Page, Presentation, model
from quadrangle.portfolios import ENTRY_NAME, LONGEST_COMMENT, LONGEST_ENTRY, LONGEST_NAME, SECTION_NAME

_MOST_SETTINGS: Final = 200
_LONGEST_SETTING: Final = 1_000  # characters
_LONGEST_ORIGIN: Final = 1_000  # characters, as an index holds them
_UNNAMED_FILE: Final = "file"

Note = Callable[[str, str], None]  # code and text of a warning


def landed(item: Item, note: Note) -> Item:
    """Raises Invalid for what cannot be stored in any way."""
    common: dict[str, Any] = {
        "name": artifacts.one_line(item.name),
        "description": artifacts.checked_html(item.description, "description"),
        "tags": _tags(item.tags),
        "comments": tuple(_comment(one) for one in item.comments),
    }
    if len(common["name"]) > artifacts.LONGEST_NAME:
        raise Invalid.field("name", f"is too long (maximum is {artifacts.LONGEST_NAME} characters)", "too_long")
    if isinstance(item, Presentation):
        return replace(item, **common | _presentation(item, common["name"], note))
    if isinstance(item, FileArtifact):
        return replace(item, **common, file=_file(item.file))
    if isinstance(item, model.UrlArtifact):
        return replace(item, **common, url=artifacts.checked_url(item.url))
    if isinstance(item, model.FormArtifact):
        fields = tuple(_field(one) for one in item.fields)
        return replace(item, **common, form_name=artifacts.one_line(item.form_name), fields=fields)
    if isinstance(item, model.LEArtifact):
        more = tuple(landed_file(one) for one in item.more_files)
        return replace(item, **common, file=_file(item.file), more_files=more)
    if isinstance(item, model.DynamicCollection):
        rule = artifacts.checked_rule(artifacts.Rule(item.rule.mode, list(item.rule.tags)))
        return replace(item, **common, rule=model.Rule(mode=rule.mode, tags=tuple(rule.tags)))
    return replace(item, **common)


def landed_file(embedded: EmbeddedFile) -> EmbeddedFile:
    return replace(embedded, file=_file(embedded.file))


def origin_of(key: str) -> str:
    """A key as it is kept to be found again."""
    return key[:_LONGEST_ORIGIN]


def _file(file: PackedFile | None) -> PackedFile | None:
    if file is None:
        return None
    try:
        name = file_name(re.sub(r"[/\\]", "_", file.name))
    except Invalid:
        name = _UNNAMED_FILE
    return replace(file, name=name)


def _tags(tags: tuple[model.Tag, ...]) -> tuple[model.Tag, ...]:
    asked = [artifacts.Tag(one.text, artifacts.PRIVATE if one.private else artifacts.PUBLIC) for one in tags]
    kept = artifacts.checked_tags([one for one in asked if artifacts.one_line(one.text)])
    return tuple(sorted(model.Tag(one.text, one.type == artifacts.PRIVATE) for one in kept))


def _field(field: model.FormField) -> model.FormField:
    value = artifacts.checked_html(field.value, "value") if field.kind == "html" else field.value
    return replace(field, label=artifacts.one_line(field.label), value=value)


def _comment(comment: model.Comment) -> model.Comment:
    """Of a thing: HTML."""
    if comment.markup:
        return replace(comment, text=artifacts.checked_html(comment.text, "comment"))
    paragraphs = (escape(one.strip(), quote=False) for one in comment.text.split("\n\n"))
    html = "".join(f"<p>{one}</p>" for one in paragraphs if one)
    return replace(comment, text=artifacts.checked_html(html, "comment"), markup=True)


# --- presentations


def _presentation(item: Presentation, name: str, note: Note) -> dict[str, Any]:
    if len(name) > LONGEST_NAME:
        note("name-cut", f"Its name has more than {LONGEST_NAME} characters.")
    settings = [(artifacts.one_line(key), artifacts.one_line(value)) for key, value in item.settings[:_MOST_SETTINGS]]
    return {
        "name": name[:LONGEST_NAME].strip(),
        "banner_title": artifacts.one_line(item.banner_title)[: artifacts.LONGEST_NAME],
        "banner": artifacts.checked_html(item.banner, "banner"),
        "theme": artifacts.one_line(item.theme)[:LONGEST_NAME],
        "settings": tuple((key[:_LONGEST_SETTING], value[:_LONGEST_SETTING]) for key, value in settings),
        "sections": tuple(_line(one, SECTION_NAME) for one in item.sections),
        "pages": tuple(_page(one) for one in item.pages),
    }


def _line(text: str, otherwise: str) -> str:
    return artifacts.one_line(text)[:LONGEST_NAME].strip() or otherwise


def _page(page: Page) -> Page:
    blocks = tuple(replace(one, html=_html(one.html), fields=_fields(one.fields)) for one in page.blocks)
    text = _html(page.text)
    if len(text) + sum(len(one.html) for one in blocks) > LONGEST_ENTRY:
        raise Invalid.field("content", f"is too long (maximum is {LONGEST_ENTRY} characters)", "too_long")
    return replace(
        page,
        name=_line(page.name, ENTRY_NAME),
        text=text,
        blocks=blocks,
        comments=tuple(_page_comment(one) for one in page.comments),
        show_comments=page.show_comments and page.allow_comments,
    )


def _html(html: str) -> str:
    if len(html) > LONGEST:
        raise Invalid.field("content", f"is too long (maximum is {LONGEST} characters)", "too_long")
    if too_deep(html):
        raise Invalid.field("content", "is nested too deeply", "too_deep")
    return sanitise(html)


def _fields(names: str) -> str:
    """Names of profile fields, as far as they can stand in an attribute."""
    return " ".join(one for one in names.split() if one.replace("-", "").replace("_", "").isalnum() and one.isascii())


def _page_comment(comment: model.Comment) -> model.Comment:
    """Of a page: plain text."""
    text = plain_text(comment.text) if comment.markup else comment.text
    return replace(comment, text=text.strip()[:LONGEST_COMMENT], markup=False)


# --- what a page shows of things


def profile(fields: str, values: dict[str, str]) -> str:
    """Fields of the profile of whoever has the page now."""
    told = "".join(f"<p>{escape(values[one], quote=False)}</p>" for one in fields.split() if values.get(one))
    return f'<div class="ep-profile" data-ep-fields="{escape(fields)}">{told}</div>'
