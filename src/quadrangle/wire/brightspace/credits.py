"""Credits an application has a minute. Source: brightspace-eportfolio.md §4.4."""

import msgspec


class Spent(msgspec.Struct, frozen=True):
    """What a call took. left: credits after it, None when there were too few. reset: whole seconds to the refill, 1 to 60."""

    left: int | None
    reset: int


class Credits:
    """Buckets of this process that are full again at every full minute."""

    def __init__(self, *, most: int, cost: int) -> None:
        self._most = most
        self.cost = cost
        self._minute = -1
        self._spent: dict[str, int] = {}

    def spend(self, who: str, now: float) -> Spent:
        """now: seconds since 1970."""
        minute, second = divmod(int(now), 60)
        if minute != self._minute:
            self._minute = minute
            self._spent.clear()
        spent = self._spent.get(who, 0) + self.cost
        if spent > self._most:
            return Spent(None, 60 - second)
        self._spent[who] = spent
        return Spent(self._most - spent, 60 - second)
