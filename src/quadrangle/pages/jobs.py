"""What runs later for pages."""

from typing import Final

from quadrangle.jobs import Kind, Running
from quadrangle.pages import service


async def _publish(running: Running) -> None:
    async with running.last_change() as uow:
        await service.publish_due(uow, int(running.payload["page_id"]))


PUBLISH_PAGE: Final = Kind(service.PUBLISH_PAGE, _publish)
