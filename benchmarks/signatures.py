"""What it takes to check the ID-key signatures of one call, without a database.

Both signatures, each against every candidate that SDKs may have signed (brightspace-eportfolio.md §2.1), and both keys, which are derived
from their ids each time. `python -m benchmarks.signatures` runs this alone.
"""

import statistics
import time
from typing import Final

import msgspec

from quadrangle.kernel.digest import Digester
from quadrangle.tokens import app_key, base_strings, signature, signed, user_key

BUDGET_MS: Final = 0.2
ROUNDS: Final = 7
_APP: Final = "a" * 24
_TOKEN: Final = "t" * 24
_TIME: Final = "1700000000"
# Of one candidate, as every route of the API; and of the most that a path can have.
_PATHS: Final = {
    "a route": "/d2l/api/eP/2.5/export/42/package",
    "four candidates": "/d2l/api/eP/2.5/a%2Bb+%C3%84/%2541",
}


class SignatureFigures(msgspec.Struct, frozen=True):
    """Milliseconds a check, median of rounds, by what was signed; wrong: signatures that are not right."""

    right: dict[str, float]
    wrong: dict[str, float]

    def budgets(self) -> list[tuple[str, str, str, bool]]:
        """Name, figure, budget, kept."""
        rows = [(name, ms) for name, ms in self.right.items()]
        rows += [(f"{name}, wrong", ms) for name, ms in self.wrong.items()]
        return [(f"signatures of {name}", f"{ms:.3f} ms", f"< {BUDGET_MS} ms", ms < BUDGET_MS) for name, ms in rows]


def _checking(path: str, *, right: bool, times: int) -> float:
    """Seconds of `times` checks, as the family makes them."""
    digest = Digester("a key for benchmarks")
    text = base_strings("GET", path, _TIME)[-1]
    by_app = signature(app_key(digest, _APP), text if right else "something else")
    by_user = signature(user_key(digest, _TOKEN), text if right else "something else")
    began = time.perf_counter()
    for _ in range(times):
        texts = base_strings("GET", path, _TIME)
        good = signed(app_key(digest, _APP), texts, by_app)
        good &= signed(user_key(digest, _TOKEN), texts, by_user)
        assert good is right
    return time.perf_counter() - began


def measure(*, quick: bool) -> SignatureFigures:
    times = 500 if quick else 2_000

    def figures(*, right: bool) -> dict[str, float]:
        return {
            name: statistics.median(_checking(path, right=right, times=times) for _ in range(ROUNDS)) / times * 1e3
            for name, path in _PATHS.items()
        }

    return SignatureFigures(figures(right=True), figures(right=False))


def as_table(found: SignatureFigures) -> str:
    lines = ["signatures", ""]
    for name, figure, budget, kept in found.budgets():
        lines.append(f"  {name:<44}{figure:<28}{budget:<10}{'kept' if kept else 'MISSED'}".rstrip())
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(as_table(measure(quick=False)))
