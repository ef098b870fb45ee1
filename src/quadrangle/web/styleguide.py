"""`/styleguide`: every component with its states, for whoever builds screens, and for the tests. Only where `demo` is set."""

from typing import Final

import msgspec

from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import FieldError, Invalid, NotFound
from quadrangle.kernel.params import Absent, Params, flag, integer, text
from quadrangle.web.flash import Kind, Undo, done
from quadrangle.web.forms import Form, form_on
from quadrangle.web.shell import EDITING, part, show

screens = Routes("web", "Style guide")

HOME: Final = "/styleguide"
_STEP: Final = 25  # percent


class Sample(Params, group="sample"):
    """A form to try."""

    name: str | None | Absent = text("A name; empty it is not accepted.")
    public: bool | Absent = flag("A choice.")


class Percent(Params):
    """How far the sample of long work is."""

    percent: int | None | Absent = integer("Percent.")


class Leaf(msgspec.Struct, frozen=True):
    """A node of the sample tree."""

    label: str
    href: str = HOME
    here: bool = False
    children: tuple["Leaf", ...] = ()


_TREE: Final = (
    Leaf("Northfield College", children=(Leaf("Science", here=True, children=(Leaf("Physics"),)), Leaf("Arts"))),
)


def _only_here(call: Call) -> None:
    if not call.app.settings.demo:
        raise NotFound


@screens.get("/styleguide", public=True)
async def styleguide(call: Call) -> Reply:
    """Every component."""
    _only_here(call)
    wrong = Invalid(
        FieldError("name", "can't be blank", "blank"), FieldError("base", "The campus is closed today", "closed")
    )
    return await show(
        call,
        "styleguide.html",
        form=form_on(call, HOME, group="sample", name="Field notes", public=True),
        refused=Form({"name": "", "reason": "b", "about": "", "public": False}, "refused", {"about": "Kept."}, wrong),
        samples=Form(
            {"email": "", "about": "Tides and estuaries", "role": "b", "who": "b", "open": True, "days": ["tu"]},
            "more",
            None,
            None,
        ),
        tree=_TREE,
        address=lambda number: f"{HOME}?page={number}",
        percent=0,
    )


@screens.post("/styleguide", public=True, again=styleguide)
async def try_form(call: Call, asked: Asked[Sample]) -> Reply:
    """What a form does: it says so, or what is wrong."""
    _only_here(call)
    if not asked.read().name:
        raise Invalid.field("name", "can't be blank", "blank")
    kind: Kind = "good" if asked.read().public else "warn"
    return done(
        call, HOME, f"{asked.read().name} was sent.", kind, undo=Undo(HOME, {"sample[name]": "What was there before"})
    )


@screens.get("/styleguide/progress", public=True)
async def progress(call: Call, asked: Asked[Percent]) -> Reply:
    """A quarter further at every look."""
    _only_here(call)
    return part("styleguide_progress.html", percent=min(100, max(0, asked.read().percent or 0) + _STEP))


@screens.get("/styleguide/editor", public=True)
async def editor(call: Call) -> Reply:
    """The editor of texts, and Alpine and Sortable beside it."""
    _only_here(call)
    form = Form({"body": "<p>Low water at <b>noon</b>.</p>"}, "sample", None, None)
    return await show(call, "styleguide_editor.html", policy=EDITING, form=form)
