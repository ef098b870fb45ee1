"""How far a change has come."""

from datetime import datetime
from typing import Any, Final

import msgspec

QUEUED: Final = "queued"
RUNNING: Final = "running"
COMPLETED: Final = "completed"
FAILED: Final = "failed"


class Progress(msgspec.Struct, frozen=True):
    """One change on its way. completion in percent, None before it began; results only of one that is over."""

    id: int
    context_type: str
    context_id: int
    user_id: int | None
    tag: str
    completion: float | None
    workflow_state: str
    message: str | None
    results: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime

    @property
    def over(self) -> bool:
        return self.workflow_state in (COMPLETED, FAILED)
