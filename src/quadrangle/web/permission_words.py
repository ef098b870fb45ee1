"""Permissions in the words of whoever gives them. Source: web.md W14, permissions.md §3."""

from collections.abc import Iterable
from typing import Final

from quadrangle.kernel.words import _

# What a permission is about is told by a word of its name; the first that fits counts.
_BY_WORD: Final = (
    ("portfolios", ("moderate_user_content",)),
    ("pages", ("wiki", "files", "course_content")),
    ("calendars", ("calendar", "alerts")),
    ("tokens", ("token", "developer_keys")),
    (
        "courses",
        (
            "course",
            "sections",
            "groups",
            "group_pages",
            "tags",
            "collaborations",
            "conferences",
            "temporary_enrollments",
        ),
    ),
    ("teaching", ("grade", "assignments", "rubrics", "outcomes", "question", "forum", "announcements")),
    ("people", ("user", "logins", "students", "roster", "observer", "messages", "email", "become", "mfa", "sis")),
)


def groups(names: Iterable[str]) -> list[tuple[str, str, list[str]]]:
    """The permissions by what they are about: a key, words for it, and their names."""
    labels = {
        "portfolios": _("Portfolios"),
        "pages": _("Pages and files"),
        "calendars": _("Calendars and announcements"),
        "tokens": _("Access tokens and keys"),
        "courses": _("Courses and groups"),
        "teaching": _("Teaching"),
        "people": _("People"),
        "account": _("The account"),
    }
    found: dict[str, list[str]] = {key: [] for key in labels}
    for name in names:
        found[next((key for key, words in _BY_WORD if any(word in name for word in words)), "account")].append(name)
    return [(key, labels[key], sorted(several, key=name_of)) for key, several in found.items() if several]


def name_of(name: str) -> str:
    """What the permission lets one do; one without words of its own is said as its name says it."""
    return {
        "become_user": _("Act as somebody else"),
        "create_access_tokens": _("Make access tokens"),
        "delete_access_tokens": _("Delete access tokens of others"),
        "manage_account_calendar_events": _("Write events of account calendars"),
        "manage_account_calendar_visibility": _("Show and hide account calendars"),
        "manage_account_memberships": _("Appoint and dismiss administrators"),
        "manage_account_settings": _("Change settings of accounts"),
        "manage_alerts": _("Write announcements of accounts"),
        "manage_courses_add": _("Add courses"),
        "manage_courses_admin": _("Change any course"),
        "manage_courses_conclude": _("Conclude courses"),
        "manage_courses_delete": _("Delete courses"),
        "manage_courses_publish": _("Publish courses"),
        "manage_courses_reset": _("Empty courses"),
        "manage_role_overrides": _("Change permissions and roles"),
        "manage_sis": _("Manage SIS data"),
        "import_sis": _("Import SIS data"),
        "manage_storage_quotas": _("Change the room for files"),
        "manage_user_logins": _("Add people and change their logins"),
        "manage_wiki_create": _("Make pages"),
        "manage_wiki_delete": _("Delete pages"),
        "manage_wiki_update": _("Change pages"),
        "moderate_user_content": _("Moderate portfolios"),
        "read_course_content": _("Read what is in courses"),
        "read_course_list": _("See the list of courses"),
        "read_email_addresses": _("See e-mail addresses"),
        "read_reports": _("Make reports"),
        "read_roster": _("See the list of people"),
        "read_sis": _("See SIS data"),
        "undelete_courses": _("Bring deleted courses back"),
        "view_statistics": _("See statistics"),
        "view_user_generated_access_tokens": _("See access tokens of others"),
        "view_user_logins": _("See logins"),
    }.get(name, name.replace("_", " ").capitalize())
