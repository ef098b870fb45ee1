"""The settings of an account in the words of whoever sets them. Source: web.md W13, accounts.md §1.3."""

from typing import Final

from quadrangle.kernel.words import _

FLAGS: Final = (
    "enable_eportfolios",
    "scheduled_page_publication",
    "permanent_page_links",
    "block_editor",
    "users_can_edit_name",
    "open_registration",
    "admin_manage_access_tokens",
    "limit_personal_access_tokens",
    "restrict_personal_access_tokens_from_students",
    "teachers_can_create_courses",
    "teachers_can_create_courses_anywhere",
    "students_can_create_courses",
    "students_can_create_courses_anywhere",
    "no_enrollments_can_create_courses",
    "course_templates",
    "suppress_notifications",
    "include_students_in_global_survey",
    "include_integration_ids_in_gradebook_exports",
)
CHOICES: Final = ("eportfolio_score", "self_registration_type")
INHERITABLE: Final = ("restrict_student_past_view", "restrict_student_future_view", "restrict_student_future_listing")


def sections() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The settings of a whole campus, by what they are about."""
    return (
        (_("Portfolios"), ("enable_eportfolios", "eportfolio_score")),
        (_("Pages"), ("scheduled_page_publication", "permanent_page_links", "block_editor")),
        (_("People"), ("self_registration_type", "open_registration", "users_can_edit_name")),
        (
            _("Access tokens"),
            (
                "admin_manage_access_tokens",
                "limit_personal_access_tokens",
                "restrict_personal_access_tokens_from_students",
            ),
        ),
        (
            _("Making courses"),
            (
                "teachers_can_create_courses",
                "teachers_can_create_courses_anywhere",
                "students_can_create_courses",
                "students_can_create_courses_anywhere",
                "no_enrollments_can_create_courses",
                "course_templates",
            ),
        ),
        (
            _("Everything else"),
            (
                "suppress_notifications",
                "include_students_in_global_survey",
                "include_integration_ids_in_gradebook_exports",
            ),
        ),
    )


def label_of_setting(name: str) -> str:
    return {
        "admin_manage_access_tokens": _("Administrators see and delete the tokens of others"),
        "block_editor": _("Pages may be made of blocks"),
        "course_templates": _("New courses may be copies of a template"),
        "enable_eportfolios": _("People may make portfolios"),
        "eportfolio_score": _("When a page looks like spam"),
        "include_integration_ids_in_gradebook_exports": _("Grade exports have a column for integration ids"),
        "include_students_in_global_survey": _("Students are asked in surveys, too"),
        "limit_personal_access_tokens": _("Only administrators make access tokens"),
        "no_enrollments_can_create_courses": _("Whoever is in no course may make one"),
        "open_registration": _("Teachers may bring in people who have no account yet"),
        "permanent_page_links": _("Old addresses of a page lead to the new one"),
        "restrict_personal_access_tokens_from_students": _("Students make no access tokens"),
        "restrict_student_future_listing": _("Students are not shown courses that have not begun"),
        "restrict_student_future_view": _("Students cannot open courses before they begin"),
        "restrict_student_past_view": _("Students cannot open courses after they end"),
        "scheduled_page_publication": _("Pages may be published at a chosen time"),
        "self_registration_type": _("Who may make an account for themselves"),
        "students_can_create_courses": _("Students may make courses"),
        "students_can_create_courses_anywhere": _("They may make them in any account where they study"),
        "suppress_notifications": _("No mail is sent to anybody"),
        "teachers_can_create_courses": _("Teachers may make courses"),
        "teachers_can_create_courses_anywhere": _("They may make them in any account where they teach"),
        "users_can_edit_name": _("People may change their name"),
    }[name]


def choices_of(name: str) -> list[tuple[str, str]]:
    return {
        "eportfolio_score": [
            ("off", _("Nothing happens: only forbidden words are looked for")),
            ("review", _("It is put before the moderators")),
            ("flag", _("It is hidden until a moderator has looked")),
        ],
        "self_registration_type": [
            ("none", _("Nobody: administrators add people")),
            ("observer", _("Observers, such as parents")),
            ("all", _("Everybody")),
        ],
    }[name]
