"""Pages for people. docs/guides/web.md tells how one is made.

Their files lie in static/, where vendor/ holds what others made, locked by vendor/LOCK.
"""

from quadrangle.http.routing import Route
from quadrangle.web import (
    accent,
    account_admins,
    account_calendars,
    account_courses,
    account_people,
    account_roles,
    accounts,
    announcements,
    artifacts,
    calendar,
    courses,
    dashboard,
    home,
    id_keys,
    moderation,
    page_editing,
    page_history,
    pages,
    portfolio_editing,
    portfolio_exports,
    portfolio_history,
    portfolio_imports,
    portfolio_sharing,
    portfolio_things,
    portfolios,
    reports,
    resets,
    settings,
    styleguide,
)


def all_screens() -> list[Route]:
    modules = (
        home,
        courses,
        pages,
        page_editing,
        page_history,
        dashboard,
        portfolios,
        portfolio_editing,
        portfolio_things,
        portfolio_sharing,
        portfolio_history,
        portfolio_exports,
        portfolio_imports,
        artifacts,
        accounts,
        account_people,
        account_courses,
        account_roles,
        account_admins,
        account_calendars,
        announcements,
        reports,
        moderation,
        accent,
        id_keys,
        settings,
        resets,
        calendar,
        styleguide,
    )
    return [route for module in modules for route in module.screens]
