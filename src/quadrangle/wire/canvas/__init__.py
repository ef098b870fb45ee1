"""The Canvas LMS REST API: routes, parameters and presenters, one file a noun."""

from quadrangle.http.routing import Route
from quadrangle.wire.canvas import (
    account_calendars,
    account_courses,
    account_search,
    account_users,
    accounts,
    admins,
    announcements,
    calendar_events,
    calendar_feeds,
    course_settings,
    course_users,
    courses,
    departures,
    downloads,
    enrollments,
    eportfolio_authoring,
    eportfolio_exports,
    eportfolio_packages,
    eportfolio_reviews,
    eportfolio_visits,
    eportfolios,
    files,
    folders,
    group_categories,
    groups,
    logins,
    modules,
    neighbours,
    oauth,
    pages,
    progress,
    reports,
    roles,
    sections,
    sessions,
    terms,
    tokens,
    uploads,
    users,
)

_MODULES = (
    users, account_users, departures, logins, accounts, account_search, account_courses, account_calendars, roles, admins,
    terms, courses, course_users, course_settings, sections, enrollments, group_categories, groups, pages, modules,
    uploads, files, folders, downloads, announcements, calendar_events, calendar_feeds, eportfolios, eportfolio_authoring,
    eportfolio_exports, eportfolio_packages, eportfolio_reviews, eportfolio_visits,
    reports, neighbours, progress, tokens, oauth, sessions,
)  # fmt: skip


def all_routes() -> list[Route]:
    return [route for module in _MODULES for route in module.routes]
