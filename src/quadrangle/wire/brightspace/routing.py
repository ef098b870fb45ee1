"""How routes of this family are declared: `routes = brightspace("Noun")`."""

from quadrangle.http.routing import Routes


def brightspace(noun: str) -> Routes:
    return Routes(
        "brightspace",
        f"Brightspace: {noun}",
        any_case=True,
        refusals=("application/problem+json", "application/json", "text/plain"),
    )
