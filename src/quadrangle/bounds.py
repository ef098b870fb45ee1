"""What is configured of packages and transfers. Source: brightspace-eportfolio.md §7; portfolio-package.md §6."""

from typing import TYPE_CHECKING

from quadrangle.settings import Settings
from quadrangle.transfers import Bounds

if TYPE_CHECKING:
    from quadrangle.packages import Limits


def bounds_of(settings: Settings) -> Bounds:
    return Bounds(settings.transfers_unfinished, settings.transfers_unfinished_of_all)


def package_limits(settings: Settings) -> "Limits":
    """Brings lxml along, which is large: called when a package has come."""
    from quadrangle.packages import Limits

    return Limits(
        upload=settings.package_upload,
        unpacked=settings.package_unpacked,
        members=settings.package_members,
        ratio=settings.package_ratio,
        main_file=settings.package_main_file,
        entries=settings.package_entries,
        path_depth=settings.package_path_depth,
        name=settings.package_name,
    )
