"""A page from its template, under a policy that runs no script and loads nothing from elsewhere."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from quadrangle.http.reply import Reply, page
from quadrangle.http.static import STATIC
from quadrangle.kernel.words import _, counted

if TYPE_CHECKING:
    from jinja2 import Environment

# No form-action: a consent form leads on to the application's own address, and browsers hold redirects against that directive too.
POLICY: Final = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

FOLDER: Final = Path(__file__).parent.parent / "web" / "templates"


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(_, counted, newstyle=True)  # type: ignore[attr-defined]
    made.globals["static"] = STATIC.url
    return made


def rendered(template: str, /, **values: Any) -> str:
    """values: what the template names; every one is escaped, but for what is Markup."""
    return _templates().get_template(template).render(**values)


def render(template: str, status: int = 200, /, **values: Any) -> Reply:
    """The same as an answer that nobody keeps."""
    reply = page(rendered(template, **values), status)
    reply.header("content-security-policy", POLICY).header("x-content-type-options", "nosniff")
    return reply.header("referrer-policy", "same-origin").header("cache-control", "no-store")
