"""Forms of screens: what was typed stays, and what is wrong with it stands beside it. Source: web.md "How it should feel".

A form posts to a route of its own, whose handler reads `Params` as the API does and calls the same service. Accepted, it ends in
`done(call, where, words)`. Not accepted, the service raises; what it had begun is undone, and the route's `again` shows the screen once more
(422), where `form_on(…)` now holds what was typed and what the service said:

    @screens.get("/dashboard/eportfolios")
    async def my_portfolios(call): form = form_on(call, "/dashboard/eportfolios", group="eportfolio", name="", public=False); …

    @screens.post("/dashboard/eportfolios", again=my_portfolios)
    async def add_portfolio(call, asked: Asked[PortfolioEdit]): …; return done(call, home, _("…"))
"""

from typing import Any, Final

from quadrangle.http.call import Call
from quadrangle.http.endpoint import NOT_ACCEPTED
from quadrangle.kernel.errors import Failure, FieldError, Invalid
from quadrangle.kernel.params import as_text, truthy
from quadrangle.kernel.words import _

_Scalar = str | int | float | bool | None


def _says(error: FieldError) -> str:
    """A sentence for people; what has none here is said as the service says it."""
    known = {
        "blank": _("Please fill this in."),
        "can't be blank": _("Please fill this in."),
        "required": _("Please fill this in."),
        "too_long": _("This is too long."),
        "too long": _("This is too long."),
        "taken": _("There is one with this already."),
        "invalid": _("This cannot be used here."),
    }
    said = {"must not be before start_at": _("The end lies before the beginning.")}
    text = said.get(error.message) or known.get(error.type) or error.message or error.type
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else ".")


_CLAIMED: Final = "not_accepted_is_shown"


class Form:
    """One form on a screen, as the macros of components/forms.html read it."""

    def __init__(
        self, values: dict[str, Any], group: str | None, typed: dict[str, Any] | None, failure: Failure | None
    ) -> None:
        self._values = values
        self._group = group
        self._typed = typed
        self._errors: dict[str, list[str]] = {}
        if isinstance(failure, Invalid):
            for error in failure.errors:
                self._errors.setdefault(error.attribute, []).append(_says(error))
        if failure is not None and not self._errors:
            self._errors["base"] = [failure.says]

    @property
    def sent(self) -> bool:
        """Whether this is the form that was sent, and not accepted."""
        return self._typed is not None

    def name(self, field: str) -> str:
        """Its name in the request: `eportfolio[name]`."""
        return field if self._group is None else f"{self._group}[{field}]"

    def id(self, field: str) -> str:
        return field if self._group is None else "-".join([*_keys(self._group), field])

    def value(self, field: str) -> Any:
        """What was typed, else what there is."""
        given = self._values[field] if self._typed is None else self._typed.get(field, self._values[field])
        text = as_text(given) if isinstance(given, _Scalar) else None
        return "" if text is None else text

    def checked(self, field: str) -> bool:
        return truthy(self._values[field] if self._typed is None else self._typed.get(field, False))

    def chosen(self, field: str) -> list[str]:
        """The values of a field that takes several."""
        given = self._values[field] if self._typed is None else self._typed.get(field, ())
        several = given if isinstance(given, list | tuple) else [given]
        return [text for one in several if isinstance(one, _Scalar) and (text := as_text(one))]

    def errors(self, field: str) -> list[str]:
        return self._errors.get(field, [])

    def problems(self, *beside: "Form") -> list[str]:
        """What is wrong with no field in particular, of this form and of those that are sent with it."""
        known = {name for form in (self, *beside) for name in form._values}
        return [says for name, several in self._errors.items() if name not in known for says in several]


def _keys(group: str) -> list[str]:
    """`account[settings]` → account, settings."""
    return group.replace("]", "").split("[")


def _sent_in(tree: Any, group: str | None) -> Any:
    for key in [] if group is None else _keys(group):
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def form_on(call: Call, posts_to: str, /, *, group: str | None = None, **values: Any) -> Form:
    """A form of the screen. posts_to: the template of the route that takes it. values: its fields, with what they hold before anybody types."""
    failure: Failure | None = call.notes.get(NOT_ACCEPTED)
    if failure is None or call.route is None or call.route.template != posts_to:
        return Form(values, group, None, None)
    call.notes[_CLAIMED] = True
    typed = _sent_in(call.tree, group)
    return Form(values, group, typed if isinstance(typed, dict) else {}, failure)


def unclaimed(call: Call) -> list[str]:
    """What a form was refused for that stands nowhere beside a field: a button alone has none. The frame of the screen says it."""
    failure: Failure | None = call.notes.get(NOT_ACCEPTED)
    return [] if failure is None or _CLAIMED in call.notes else Form({}, None, None, failure).problems()
