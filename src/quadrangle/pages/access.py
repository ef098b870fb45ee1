"""Who may do what with a wiki and its pages. Source: pages.md §3 and §5."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NoReturn

from quadrangle.accounts import root_setting
from quadrangle.courses import CourseStanding
from quadrangle.groups import GroupStanding
from quadrangle.kernel.access import Granted, Predicate, Rows, authorise, permits
from quadrangle.kernel.errors import Forbidden, Unauthenticated
from quadrangle.pages.model import EDITING_ROLES, PageLock, PageSummary

LIST: Final = "list"
CREATE: Final = "create"
READ: Final = "read"
EDIT_CONTENT: Final = "edit content"
UPDATE: Final = "update"
DELETE: Final = "delete"
TAKE_BACK: Final = "take back"
LIST_DELETED: Final = "list deleted"


class Wiki:
    """The pages of one course or group, and what the caller may do with them as a whole."""

    __slots__ = ("context", "context_id", "context_type", "hosted", "in_course", "now", "settings", "user_id")

    def __init__(
        self,
        context: CourseStanding | GroupStanding,
        settings: Mapping[str, Any],
        now: datetime,
        *,
        hosted: bool = False,
    ) -> None:
        self.context = context
        self.in_course = isinstance(context, CourseStanding)
        self.context_type = "Course" if self.in_course else "Group"
        self.context_id: int = context.course.id if isinstance(context, CourseStanding) else context.group.id
        self.user_id = context.user_id
        self.settings = settings
        self.now = now
        self.hosted = hosted

    def setting(self, name: str) -> Any:
        return root_setting(self.settings, name)

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def default_roles(self) -> str:
        """Who edits pages that say nothing of it: the course's default, or a group's members."""
        return self.context.course.default_wiki_editing_roles if isinstance(self.context, CourseStanding) else "members"

    def has(self, permission: str) -> bool:
        """One of manage_wiki_create, _update, _delete; active members and the course's active staff hold all three in a group."""
        if isinstance(self.context, CourseStanding):
            return self.context.may(permission)
        return self.context.is_member or self.staff or self.context.may(permission)

    @property
    def full_update(self) -> bool:
        return self.has("manage_wiki_update")

    @property
    def publishes(self) -> bool:
        """New pages of this caller start unpublished (pages.md §4.3)."""
        return self.in_course and self.full_update

    @property
    def sees_unpublished(self) -> bool:
        return self.full_update or self.has("manage_wiki_create") or self.has("manage_wiki_delete")

    @property
    def edits_content(self) -> bool:
        """Course content as such: what a to-do date needs."""
        return self.context.may("manage_course_content_edit")

    @property
    def active_student(self) -> bool:
        return isinstance(self.context, CourseStanding) and self.context.is_active_student

    @property
    def students_write(self) -> bool:
        return self.active_student and "students" in split_roles(self.default_roles) and not self.context.concluded

    @property
    def active_user(self) -> bool:
        """An active user of the course, or an active member of the group."""
        return self.context.is_active if isinstance(self.context, CourseStanding) else self.context.is_member

    @property
    def staff(self) -> bool:
        """An active teacher, TA or designer of the course, or of the course of the group."""
        course = self.context if isinstance(self.context, CourseStanding) else self.context.course
        return course is not None and course.is_staff

    @property
    def runs(self) -> bool:
        """Its course, if it has one, is published and not over."""
        course = self.context if isinstance(self.context, CourseStanding) else self.context.course
        return course is None or (course.course.published and not course.concluded)

    @property
    def tab_hidden(self) -> bool:
        """The list of pages is hidden from all but holders of full update."""
        context = self.context
        return isinstance(context, CourseStanding) and context.course.pages_tab_hidden and not self.full_update


def lock_for(wiki: Wiki, page: PageSummary) -> PageLock | None:
    """The lock that keeps a page shut for the caller; those who can update it are never locked out (pages.md §4.1)."""
    if page.locks is None or wiki.full_update:
        return None
    return page.lock(wiki.now)


class PageFacts:
    """A page (or none yet) before a caller; the predicates below read it."""

    __slots__ = ("page", "wiki")

    def __init__(self, wiki: Wiki, page: PageSummary | None = None) -> None:
        self.wiki = wiki
        self.page = page

    @property
    def roles(self) -> frozenset[str]:
        assert self.page is not None
        stored = self.page.editing_roles
        return split_roles(self.wiki.default_roles if stored is None else stored)


def split_roles(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def unknown_roles(text: str) -> bool:
    return not split_roles(text) <= set(EDITING_ROLES)


# --- predicates: each a clause that is true or false


def context_readable(facts: PageFacts) -> bool:
    return facts.wiki.context.reads


def page_active(facts: PageFacts) -> bool:
    return facts.page is not None and facts.page.active(facts.wiki.now)


def page_open(facts: PageFacts) -> bool:
    """No module keeps it shut for the actor."""
    return facts.page is not None and lock_for(facts.wiki, facts.page) is None


def page_there(facts: PageFacts) -> bool:
    return facts.page is not None and not facts.page.deleted


def page_gone(facts: PageFacts) -> bool:
    return facts.page is not None and facts.page.deleted


def actor_sees_unpublished(facts: PageFacts) -> bool:
    return facts.wiki.sees_unpublished


def actor_manages_pages(facts: PageFacts) -> bool:
    return facts.wiki.full_update


def actor_creates_pages(facts: PageFacts) -> bool:
    return facts.wiki.has("manage_wiki_create")


def actor_deletes_pages(facts: PageFacts) -> bool:
    return facts.wiki.has("manage_wiki_delete")


def students_may_write(facts: PageFacts) -> bool:
    """The actor is an active student, and the course lets students write its pages."""
    return facts.wiki.students_write


def context_runs(facts: PageFacts) -> bool:
    return not facts.wiki.context.concluded


def staff_named_with_others(facts: PageFacts) -> bool:
    return "teachers" in facts.roles and len(facts.roles) > 1 and facts.wiki.staff


def students_named(facts: PageFacts) -> bool:
    return "students" in facts.roles and facts.wiki.active_student


def members_named(facts: PageFacts) -> bool:
    return "members" in facts.roles and facts.wiki.active_user


def public_named(facts: PageFacts) -> bool:
    """`public` is any signed-in reader; the hosted service takes it for the members (conventions.md §12)."""
    if "public" not in facts.roles:
        return False
    return facts.wiki.active_user if facts.wiki.hosted else facts.wiki.signed_in


_SEEN: tuple[tuple[Predicate[PageFacts], ...], ...] = (
    (context_readable, page_active),
    (context_readable, page_there, actor_sees_unpublished),
)
_NAMED: tuple[tuple[Predicate[PageFacts], ...], ...] = (
    (actor_manages_pages,),
    (context_runs, staff_named_with_others),
    (context_runs, page_active, page_open, students_named),
    (context_runs, page_active, page_open, members_named),
    (context_runs, page_active, page_open, public_named),
)


def _both(
    left: tuple[tuple[Predicate[PageFacts], ...], ...], right: tuple[tuple[Predicate[PageFacts], ...], ...]
) -> Rows[PageFacts]:
    """Every row of one table with every row of another."""
    return tuple((*one, *other) for one in left for other in right)


RULES: Final[Mapping[str, Rows[PageFacts]]] = {
    LIST: [[context_readable]],
    CREATE: [[context_readable, actor_creates_pages], [context_readable, students_may_write]],
    READ: _SEEN,
    EDIT_CONTENT: _both(_SEEN, _NAMED),
    UPDATE: _both(_SEEN, ((actor_manages_pages,), *((*row, students_may_write) for row in _NAMED[1:]))),
    DELETE: _both(_SEEN, ((actor_deletes_pages,),)),
    TAKE_BACK: [[context_readable, page_gone, actor_deletes_pages]],
    LIST_DELETED: [[context_readable, actor_deletes_pages]],
}


def allow(wiki: Wiki, right: str, page: PageSummary | None = None) -> Granted[Any]:
    """Proof of a right on a page (or, without one, on the wiki); otherwise Forbidden, or Unauthenticated for an anonymous caller."""
    try:
        return authorise(RULES, right, PageFacts(wiki, page), wiki if page is None else page)
    except Forbidden:
        refuse(wiki)


def may(wiki: Wiki, right: str, page: PageSummary | None = None) -> bool:
    return permits(RULES, right, PageFacts(wiki, page))


def refuse(wiki: Wiki) -> NoReturn:
    raise Forbidden if wiki.signed_in else Unauthenticated
