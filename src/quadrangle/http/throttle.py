"""The leaky bucket of the Canvas API. Source: conventions.md §8."""

from collections import OrderedDict
from typing import Final

import msgspec

REMEMBERED: Final = 50_000


class Bucket(msgspec.Struct):
    """Units held by one identity, as of a moment in seconds of a monotonic clock."""

    level: float
    touched: float


class Throttle:
    """Buckets by identity, in this process.

    maximum: units a bucket can hold. mark: from this level a request is refused. outflow: units a second. up_front: units held while a
    request runs, given back when its real cost is known.
    """

    def __init__(self, *, maximum: float, mark: float, outflow: float, up_front: float) -> None:
        self.maximum = maximum
        self.mark = mark
        self.outflow = outflow
        self.up_front = up_front
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def _bucket(self, identity: str, now: float) -> Bucket:
        bucket = self._buckets.get(identity)
        if bucket is None:
            bucket = self._buckets[identity] = Bucket(0.0, now)
            if len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(identity)
            bucket.level = max(0.0, bucket.level - self.outflow * max(0.0, now - bucket.touched))
            bucket.touched = now
        return bucket

    def enter(self, identity: str, now: float) -> bool:
        """Take the up-front cost; False when the bucket is at its mark and the request must be refused."""
        bucket = self._bucket(identity, now)
        bucket.level = min(self.maximum, bucket.level + self.up_front)
        return bucket.level < self.mark

    def leave(self, identity: str, now: float, cost: float) -> float:
        """Give the up-front cost back and add the real one; returns what remains below the mark."""
        bucket = self._bucket(identity, now)
        bucket.level = min(self.maximum, max(0.0, bucket.level - self.up_front) + cost)
        return self.mark - bucket.level
