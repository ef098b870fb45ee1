"""Groups, categories, memberships. The public door of this noun."""

from quadrangle.groups.access import GroupStanding, group_standing
from quadrangle.groups.model import Group, GroupCategory, Membership
from quadrangle.groups.service import add_member, create_group, create_group_category
from quadrangle.groups.tables import group_categories, group_memberships, groups

__all__ = [
    "Group",
    "GroupCategory",
    "GroupStanding",
    "Membership",
    "add_member",
    "create_group",
    "create_group_category",
    "group_categories",
    "group_memberships",
    "group_standing",
    "groups",
]
