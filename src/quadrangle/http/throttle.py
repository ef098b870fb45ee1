"""The leaky bucket of the Canvas API, and the one that slows guessing at passwords. Source: conventions.md §8, web.md W1."""

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

    def level(self, identity: str, now: float) -> float:
        """Units held now."""
        return self._bucket(identity, now).level

    def enter(self, identity: str, now: float) -> bool:
        """Take the up-front cost; False when the bucket is at its mark and the request must be refused."""
        bucket = self._bucket(identity, now)
        bucket.level = min(self.maximum, bucket.level + self.up_front)
        return bucket.level < self.mark

    def leave(self, identity: str, now: float, cost: float) -> float:
        """Give the up-front cost back and add the real one; returns what remains below the mark.

        Of a refused request too, with no cost: what was held for it would otherwise keep its client out for as long as it asks.
        """
        bucket = self._bucket(identity, now)
        bucket.level = min(self.maximum, max(0.0, bucket.level - self.up_front) + cost)
        return self.mark - bucket.level


class Attempts:
    """How often something that may fail was tried lately, by whoever tries; in this process.

    most: tries in a row before one has to wait. every: seconds after which one more is allowed.
    """

    def __init__(self, *, most: int, every: float) -> None:
        self._bucket = Throttle(maximum=most, mark=most + 0.5, outflow=1 / every, up_front=1)
        self.most = most

    def begin(self, who: str, now: float) -> bool:
        """Count a try before its outcome is known, so that many at once do not slip through; False: not now."""
        if self._bucket.level(who, now) > self.most - 1:
            return False
        return self._bucket.enter(who, now)

    def succeeded(self, who: str, now: float) -> None:
        """It worked: the try does not count."""
        self._bucket.leave(who, now, 0.0)
