"""The well-known Python client drives groups. Source: real-clients.md §7."""

from canvasapi import Canvas

from tests.world import World


class TestTheClient:
    def test_it_makes_fills_and_clears_a_category(self, world: World) -> None:
        course = Canvas(world.url, world.tokens["ada"]).get_course(world.ids["physics"])
        category = course.create_group_category("Fish")
        assert [one.name for one in course.get_group_categories()] == ["Birds", "Fish"]
        group = category.create_group(name="Cod")
        assert [one.name for one in category.get_groups()] == ["Cod"]
        membership = group.create_membership(world.ids["cleo"])
        assert membership.workflow_state == "accepted"
        assert [one.name for one in group.get_users()] == ["Cleo Patra"]
        assert [one.name for one in category.get_users()] == ["Cleo Patra"]
        assert group.get_membership(world.ids["cleo"], "users").id == membership.id
        assert group.get_membership(membership.id, "memberships").user_id == world.ids["cleo"]
        assert [one.id for one in group.get_memberships()] == [membership.id]
        assert group.update_membership(world.ids["cleo"], moderator=True).moderator is True
        assert membership.update(moderator=False).moderator is False
        assert group.remove_user(world.ids["cleo"])
        progress = category.assign_members()
        assert progress.query().workflow_state == "completed"
        assert [one.user_id for one in group.invite(["tia@example.com"])] == [world.ids["tia"]]
        assert group.edit(name="Codfish").name == "Codfish"
        assert group.delete().name == "Codfish"
        assert category.update(name="Fishes").name == "Fishes"
        category.delete()
        assert [one.name for one in course.get_group_categories()] == ["Birds"]

    def test_it_makes_communities_and_account_categories(self, world: World) -> None:
        canvas = Canvas(world.url, world.tokens["root"])
        choir = canvas.create_group(name="Choir", is_public=True)
        assert canvas.get_group(choir.id).name == "Choir"
        account = canvas.get_account(1)
        account.create_group_category("Clubs")
        assert "Clubs" in [one.name for one in account.get_group_categories()]
        assert [one.name for one in account.get_groups()] == ["Choir"]
        assert [one.name for one in canvas.get_course(world.ids["physics"]).get_groups(per_page=1)] == ["Owls"]
