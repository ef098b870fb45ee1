"""What each kind of object is in Leap2A. Pure. Source: portfolio-package.md §5.1."""

from typing import Final

from quadrangle.packages import model
from quadrangle.packages.model import Collection, Item, LEArtifact

_ACHIEVEMENTS: Final = (model.LE_COMPETENCY, model.LE_GRADE, model.LE_QUIZ)

# Categories: scheme and term.
PERSON: Final = ("person_type", "Self")
OFFLINE: Final = ("resource_type", "Offline")
WEB: Final = ("resource_type", "Web")
WEBSITE: Final = ("selection_type", "Website")
WEBPAGE: Final = ("selection_type", "Webpage")
GROUPING: Final = ("selection_type", "Grouping")
FOLDER: Final = ("selection_type", "Folder")
REFLECTING: Final = ("learning_cycle", "Reflecting")


def leap2_type(item: Item, *, only_files: bool = False) -> tuple[str, tuple[str, str] | None]:
    """The Leap2A type of an item and its category (scheme, term). only_files: of a collection, whether it is a folder."""
    if item.type == model.FILE:
        return "resource", OFFLINE
    if item.type == model.URL:
        return "resource", WEB
    if item.type in _ACHIEVEMENTS:
        return "achievement", None
    if item.type == model.LE_DROPBOX and isinstance(item, LEArtifact) and item.file is not None:
        return "resource", OFFLINE
    if item.type == model.REFLECTION:
        return "entry", REFLECTING
    if isinstance(item, Collection):
        return "selection", FOLDER if only_files else GROUPING
    if item.type == model.PRESENTATION:
        return "selection", WEBSITE
    if item.type == model.OBJECTIVE:
        return "ability", None
    return "entry", None
