"""Settings, tabs and permissions of a course. Source: supporting-resources.md §3 and §12."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from quadrangle.accounts import REGISTRY
from quadrangle.courses import CourseStanding, change_course
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.params import Absent, Params, flag, integer, words
from quadrangle.wire.canvas.course_json import TABS, TabJson, tabs_json
from quadrangle.wire.canvas.errors import refuse
from quadrangle.wire.canvas.ids import course_for

routes = Routes("canvas", "Courses")


# --- settings ---------------------------------------------------------------------------------------------------------


class SettingsJson(Struct, frozen=True):
    """The switches of a course."""

    allow_student_wiki_edits: bool
    hide_final_grades: bool
    allow_student_discussion_topics: bool
    allow_student_discussion_editing: bool
    allow_student_discussion_reporting: bool
    allow_student_anonymous_discussion_topics: bool
    allow_student_forum_attachments: bool
    allow_student_organized_groups: bool
    filter_speed_grader_by_student_group: bool
    grading_standard_enabled: bool
    grading_standard_id: int | None
    hide_distribution_graphs: bool
    hide_sections_on_course_users_page: bool
    lock_all_announcements: bool
    usage_rights_required: bool
    restrict_student_past_view: bool
    restrict_student_future_view: bool
    show_announcements_on_home_page: bool
    home_page_announcement_limit: int | None
    syllabus_course_summary: bool
    default_due_time: str
    conditional_release: bool
    show_student_only_module_id: int | None


_DEFAULTS: Final[Mapping[str, Any]] = {
    "allow_student_discussion_topics": True,
    "allow_student_discussion_editing": True,
    "allow_student_discussion_reporting": False,
    "allow_student_anonymous_discussion_topics": False,
    "allow_student_forum_attachments": False,
    "allow_student_organized_groups": True,
    "filter_speed_grader_by_student_group": False,
    "hide_distribution_graphs": False,
    "hide_sections_on_course_users_page": False,
    "lock_all_announcements": False,
    "usage_rights_required": False,
    "restrict_student_past_view": False,
    "restrict_student_future_view": False,
    "show_announcements_on_home_page": False,
    "home_page_announcement_limit": None,
    "syllabus_course_summary": True,
    "conditional_release": False,
}


class SettingsEdit(Params):
    allow_student_wiki_edits: bool | Absent = flag("Students may edit pages.")
    hide_final_grades: bool | Absent = flag("Kept; nothing here decides by it.")
    allow_student_discussion_topics: bool | Absent = flag("Kept; nothing here decides by it.")
    allow_student_discussion_editing: bool | Absent = flag("Kept; nothing here decides by it.")
    allow_student_discussion_reporting: bool | Absent = flag("Kept; nothing here decides by it.")
    allow_student_anonymous_discussion_topics: bool | Absent = flag("Kept; nothing here decides by it.")
    allow_student_forum_attachments: bool | Absent = flag("Kept; nothing here decides by it.")
    allow_student_organized_groups: bool | Absent = flag("Kept; nothing here decides by it.")
    filter_speed_grader_by_student_group: bool | Absent = flag("Kept; nothing here decides by it.")
    hide_distribution_graphs: bool | Absent = flag("Kept; nothing here decides by it.")
    hide_sections_on_course_users_page: bool | Absent = flag("Kept; nothing here decides by it.")
    lock_all_announcements: bool | Absent = flag("Kept; nothing here decides by it.")
    usage_rights_required: bool | Absent = flag("Kept; nothing here decides by it.")
    restrict_student_past_view: bool | Absent = flag("Students cannot read the course once it is over.")
    restrict_student_future_view: bool | Absent = flag("Kept; students never read a course before it begins.")
    show_announcements_on_home_page: bool | Absent = flag("Kept; nothing here decides by it.")
    home_page_announcement_limit: int | None | Absent = integer("Kept; 1 to 15.")
    syllabus_course_summary: bool | Absent = flag("Kept; nothing here decides by it.")
    conditional_release: bool | Absent = flag("Kept; nothing here decides by it.")


def settings_json(standing: CourseStanding) -> SettingsJson:
    course = standing.course
    kept = {name: course.settings.get(name, default) for name, default in _DEFAULTS.items()}
    return SettingsJson(
        allow_student_wiki_edits="students" in course.default_wiki_editing_roles.split(","),
        hide_final_grades=course.hide_final_grades,
        grading_standard_enabled=course.grading_standard_id is not None,
        grading_standard_id=course.grading_standard_id,
        default_due_time="23:59:59",
        show_student_only_module_id=None,
        **kept,
    )


@routes.get("/api/v1/courses/:course_id/settings", gives=SettingsJson)
async def show_settings(call: Call) -> Reply:
    """Show the settings of a course."""
    standing = await course_for(call, call.path["course_id"])
    if not standing.reads:
        standing.refuse()
    return Reply(200, settings_json(standing))


@routes.put("/api/v1/courses/:course_id/settings", gives=SettingsJson)
async def update_settings(call: Call, asked: Asked[SettingsEdit]) -> Reply:
    """Change the settings of a course."""
    standing = await course_for(call, call.path["course_id"])
    standing.require("manage_course_content_edit", "manage_courses_admin")
    edit = asked.read()
    changes: dict[str, Any] = {}
    if "allow_student_wiki_edits" in edit.sent:
        changes["default_wiki_editing_roles"] = "teachers,students" if edit.allow_student_wiki_edits else "teachers"
    if "hide_final_grades" in edit.sent:
        changes["hide_final_grades"] = edit.hide_final_grades
    kept = {name: getattr(edit, name) for name in _DEFAULTS if name in edit.sent}
    if isinstance(limit := kept.get("home_page_announcement_limit"), int):
        kept["home_page_announcement_limit"] = min(max(limit, 1), 15)
    if kept:
        changes["settings"] = {**standing.course.settings, **kept}
    await change_course(call.uow, standing.course, changes)
    return Reply(200, settings_json(await course_for(call, str(standing.course.id))))


# --- tabs -------------------------------------------------------------------------------------------------------------


@routes.get("/api/v1/courses/:course_id/tabs", public=True, gives=list[TabJson], paged=True)
async def list_tabs(call: Call) -> Reply:
    """List the tabs of a course."""
    standing = await course_for(call, call.path["course_id"])
    if not standing.reads:
        standing.refuse()
    return Reply(200, call.paged(tabs_json(call, standing)))


class TabEdit(Params):
    hidden: bool | Absent = flag("Whether the tab, and what is behind it, is hidden.")
    position: int | None | Absent = integer("Accepted; the order is fixed.")


@routes.put("/api/v1/courses/:course_id/tabs/:tab_id", gives=TabJson)
async def update_tab(call: Call, asked: Asked[TabEdit]) -> Reply:
    """Hide or show the Pages tab; the others are fixed."""
    standing = await course_for(call, call.path["course_id"])
    standing.require("manage_course_content_edit")
    tab_id = call.path["tab_id"]
    if tab_id not in {id for id, _, _ in TABS}:
        raise NotFound
    edit = asked.read()
    if tab_id == "home":
        raise refuse(Reply(400, {"error": "The home tab can't be moved or hidden."}))
    if tab_id == "pages" and "hidden" in edit.sent:
        await change_course(call.uow, standing.course, {"pages_tab_hidden": edit.hidden})
        standing = await course_for(call, str(standing.course.id))
    shown = {tab.id: tab for tab in tabs_json(call, standing, all_of_them=True)}
    return Reply(200, shown[tab_id])


# --- permissions ------------------------------------------------------------------------------------------------------


class PermissionQuery(Params):
    permissions: tuple[str, ...] = words("The names asked about; all there are without any.")


def _general(standing: CourseStanding) -> dict[str, bool]:
    """Rights in a course that follow from others."""
    manages = standing.is_staff or standing.is_admin
    return {
        "read": standing.reads,
        "read_as_admin": manages,
        "read_as_member": standing.is_active or standing.is_admin,
        "participate_as_student": standing.is_active_student,
        "manage": standing.may("manage_course_content_edit") and manages,
        "update": standing.may("manage_course_content_edit"),
        "delete": standing.may("manage_courses_delete"),
        "reset_content": standing.may("manage_courses_reset"),
        "read_syllabus": standing.reads or standing.course.public_syllabus,
        "read_files": standing.reads,
        "create_discussion_topic": standing.may("create_forum"),
        "create_announcement": standing.may("moderate_forum"),
        "manage_wiki": any(standing.may(f"manage_wiki_{verb}") for verb in ("create", "update", "delete")),
        "manage_content": any(standing.may(f"manage_course_content_{verb}") for verb in ("add", "edit", "delete")),
        "manage_files": any(standing.may(f"manage_files_{verb}") for verb in ("add", "edit", "delete")),
        "manage_groups": any(standing.may(f"manage_groups_{verb}") for verb in ("add", "manage", "delete")),
    }


@routes.get("/api/v1/courses/:course_id/permissions", gives=dict[str, bool])
async def show_permissions(call: Call, asked: Asked[PermissionQuery]) -> Reply:
    """Tell what the caller may do in a course; an unknown name is false."""
    standing = await course_for(call, call.path["course_id"])
    if not standing.reads:
        standing.refuse()
    general = _general(standing)
    names = asked.read().permissions or (*general, *REGISTRY)
    return Reply(200, {name: general[name] if name in general else standing.may(name) for name in names})
