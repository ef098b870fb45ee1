"""Who may do what with accounts, their users, logins, roles, admins and terms. Source: accounts.md §4, permissions.md §5 and §6,
supporting-resources.md §1, §2, §3, §7 and §8."""

import itertools
from typing import Any, Final

from quadrangle.http.routing import Route
from tests.contracts.matrix import ADMINS, ANYONE, EVERYBODY, READERS, Row, at_each, in_root
from tests.world import World

TAGS: Final = {"Accounts", "Account domain lookups", "Roles", "Admins", "Enrollment terms"}


def is_of_family(route: Route) -> bool:
    """All about accounts; of users, logins and courses what stands below an account."""
    below = route.template.startswith("/api/v1/accounts/")
    return route.tag in TAGS or (below and route.tag in {"Users", "Logins", "Courses", "Enrollments"})


_numbers = itertools.count(1)

ROOT_ADMINS: Final = {"root": "root site", "science": "root site", "arts": "root site"}
AT_ROOT: Final = {"root": "root site"}


def sub_account(world: World) -> dict[str, Any]:
    made = in_root(world, "POST", f"/accounts/{world.ids['science']}/sub_accounts", {"account[name]": "Empty"})
    return {"id": made["id"]}


def user(world: World) -> dict[str, Any]:
    login = f"new{next(_numbers)}@example.com"
    return {"user_id": in_root(world, "POST", "/accounts/1/users", {"pseudonym[unique_id]": login})["id"]}


def user_in_body(world: World) -> dict[str, Any]:
    return {"=user_ids[]": user(world)["user_id"]}


def owner_in_body(world: World) -> dict[str, Any]:
    return {"=user[id]": user(world)["user_id"], "=login[unique_id]": f"more{next(_numbers)}@example.com"}


def new_login(world: World) -> dict[str, Any]:
    return {"=pseudonym[unique_id]": f"made{next(_numbers)}@example.com"}


def removed_user(world: World) -> dict[str, Any]:
    made = user(world)
    in_root(world, "DELETE", f"/accounts/1/users/{made['user_id']}")
    return made


def login(world: World) -> dict[str, Any]:
    [one] = in_root(world, "GET", f"/users/{user(world)['user_id']}/logins")
    return {"id": one["id"]}


def role_at(place: str, *, inactive: bool = False) -> Any:
    def make(world: World) -> dict[str, Any]:
        path = f"/accounts/{world.ids[place]}/roles"
        made = in_root(world, "POST", path, {"label": f"Role {next(_numbers)}"})
        if inactive:
            in_root(world, "DELETE", f"{path}/{made['id']}")
        return {"id": made["id"]}

    return make


def admin_at(place: str) -> Any:
    def make(world: World) -> dict[str, Any]:
        made = user(world)
        in_root(world, "POST", f"/accounts/{world.ids[place]}/admins", {"user_id": made["user_id"]})
        return made

    return make


def newcomer(world: World) -> dict[str, Any]:
    return {"=user_id": user(world)["user_id"]}


def term(world: World) -> dict[str, Any]:
    made = in_root(world, "POST", "/accounts/1/terms", {"enrollment_term[name]": f"Term {next(_numbers)}"})
    return {"id": made["id"]}


def _at_each_with(places: dict[str, str], method: str, route: str, given: Any, **more: Any) -> list[Row]:
    """Rows whose object is made at the place itself."""
    return [
        row
        for place, names in places.items()
        for row in at_each({place: names}, method, route, given=given(place), **more)
    ]


ROWS: Final[list[Row]] = [
    # --- accounts.md §4
    *(
        Row("GET", route, EVERYBODY)
        for route in (
            "/accounts",
            "/manageable_accounts",
            "/course_creation_accounts",
            "/course_accounts",
            "/settings/environment",
            "/manually_created_courses_account",
        )
    ),
    Row("GET", "/accounts/search", ANYONE),
    *at_each(READERS, "GET", "/accounts/:id"),
    *at_each(ADMINS, "GET", "/accounts/:account_id/settings"),
    *at_each(READERS, "GET", "/accounts/:account_id/permissions"),
    *at_each(READERS, "GET", "/accounts/:account_id/permissions", query="permissions[]=read"),
    *at_each(READERS, "GET", "/accounts/:account_id/sub_accounts"),
    *at_each(READERS, "GET", "/accounts/:account_id/sub_accounts", query="recursive=true"),
    *(
        Row("GET", "/accounts/:account_id/terms_of_service", ANYONE, at={"account_id": place})
        for place in ("root", "science")
    ),
    *(
        Row("GET", "/accounts/:account_id/help_links", EVERYBODY, at={"account_id": place})
        for place in ("root", "science")
    ),
    *at_each(ADMINS, "GET", "/accounts/:account_id/scopes"),
    *at_each(ADMINS, "GET", "/accounts/:account_id/courses"),
    *at_each(ADMINS, "GET", "/accounts/:account_id/courses", query="search_term=phy&sort=teacher"),
    *at_each(ADMINS, "PUT", "/accounts/:id", data={"account[name]": "Renamed"}),
    *at_each(ADMINS, "PUT", "/accounts/:id", data={"account[default_storage_quota_mb]": "700"}),
    *at_each(ADMINS, "POST", "/accounts/:account_id/sub_accounts", data={"account[name]": "New"}),
    *at_each(
        {"root": "root site", "science": "root site sub"},
        "DELETE",
        "/accounts/:account_id/sub_accounts/:id",
        given=sub_account,
    ),
    *at_each(AT_ROOT, "DELETE", "/accounts/:account_id/users/:user_id", given=user),
    *at_each({"science": ""}, "DELETE", "/accounts/:account_id/users/:user_id", given=user, refused=404),
    *at_each(AT_ROOT, "PUT", "/accounts/:account_id/users/:user_id/restore", given=removed_user),
    *at_each({"science": ""}, "PUT", "/accounts/:account_id/users/:user_id/restore", given=removed_user, refused=404),
    *at_each(AT_ROOT, "DELETE", "/accounts/:account_id/users", given=user_in_body),
    *at_each(
        AT_ROOT,
        "PUT",
        "/accounts/:account_id/users/bulk_update",
        given=user_in_body,
        data={"user[event]": "suspend"},
    ),
    # --- users and logins (supporting-resources.md §1 and §2)
    *at_each(ADMINS, "GET", "/accounts/:account_id/users"),
    *at_each(ADMINS, "GET", "/accounts/:account_id/users", query="search_term=ada&sort=id"),
    *at_each(ROOT_ADMINS, "POST", "/accounts/:account_id/users", given=new_login, anonymous=403),
    *at_each(ROOT_ADMINS, "GET", "/accounts/:account_id/logins"),
    *at_each(AT_ROOT, "POST", "/accounts/:account_id/logins", given=owner_in_body),
    *at_each(AT_ROOT, "PUT", "/accounts/:account_id/logins/:id", given=login, data={"login[workflow_state]": "active"}),
    # --- courses and enrollments below an account (§3 and §5)
    *at_each(ADMINS, "POST", "/accounts/:account_id/courses", data={"course[name]": "New"}),
    *(
        Row(
            "GET",
            "/accounts/:account_id/courses/:id",
            ("root", "site", "sub", "ada", "tia", "dee", "ben", "cleo", "dov"),
            at={"account_id": place, "id": "physics"},
        )
        for place in ("root", "science")
    ),
    Row("GET", "/accounts/:account_id/courses/:id", (), at={"account_id": "arts", "id": "physics"}, refused=404),
    *(
        Row(
            "GET",
            "/accounts/:account_id/enrollments/:id",
            (*names.split(), "ben"),
            at={"account_id": place, "id": "enrollment:ben"},
        )
        for place, names in (("root", "root site"), ("science", "root site sub"))
    ),
    # --- roles and admins (§8)
    *at_each(ADMINS, "GET", "/accounts/:account_id/roles"),
    *at_each(ADMINS, "POST", "/accounts/:account_id/roles", given=lambda _: {"=label": f"Role {next(_numbers)}"}),
    *_at_each_with(ADMINS, "GET", "/accounts/:account_id/roles/:id", role_at),
    *_at_each_with(
        ADMINS, "PUT", "/accounts/:account_id/roles/:id", role_at, data={"permissions[become_user][enabled]": 1}
    ),
    *_at_each_with(ADMINS, "DELETE", "/accounts/:account_id/roles/:id", role_at),
    *_at_each_with(
        ADMINS, "POST", "/accounts/:account_id/roles/:id/activate", lambda place: role_at(place, inactive=True)
    ),
    *at_each(ADMINS, "GET", "/accounts/:account_id/admins"),
    *(
        Row("GET", "/accounts/:account_id/admins/self", EVERYBODY, at={"account_id": place})
        for place in ("root", "science")
    ),
    *at_each(ADMINS, "POST", "/accounts/:account_id/admins", given=newcomer),
    *_at_each_with(ADMINS, "DELETE", "/accounts/:account_id/admins/:user_id", admin_at),
    # --- terms (§7)
    *(
        Row(
            "GET",
            route,
            ("root", "site", "clerk", "sub", "ada", "tia"),
            at={"account_id": "root"},
            given=term if ":id" in route else None,
        )
        for route in ("/accounts/:account_id/terms", "/accounts/:account_id/terms/:id")
    ),
    *at_each(AT_ROOT, "POST", "/accounts/:account_id/terms", data={"enrollment_term[name]": "New"}),
    *at_each(AT_ROOT, "PUT", "/accounts/:account_id/terms/:id", given=term, data={"enrollment_term[name]": "Other"}),
    *at_each(AT_ROOT, "DELETE", "/accounts/:account_id/terms/:id", given=term),
]
