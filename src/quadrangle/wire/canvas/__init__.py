"""The Canvas LMS REST API: routes, parameters and presenters, one file a noun."""

from quadrangle.http.routing import Route
from quadrangle.wire.canvas import (
    account_users,
    accounts,
    admins,
    courses,
    enrollments,
    group_categories,
    groups,
    logins,
    modules,
    oauth,
    pages,
    progress,
    roles,
    sections,
    sessions,
    terms,
    tokens,
    users,
)

_MODULES = (
    users, account_users, logins, accounts, roles, admins, terms, courses, sections, enrollments, group_categories, groups, pages, modules, progress,
    tokens, oauth, sessions,
)  # fmt: skip


def all_routes() -> list[Route]:
    return [route for module in _MODULES for route in module.routes]
