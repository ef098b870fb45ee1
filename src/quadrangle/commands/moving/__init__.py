"""`quad export` and `quad import`: portfolios leave as packages and come in, one or all of them. See docs/guides/moving.md.

Declarations only; `one.py` moves one package, `all_out.py` and `all_in.py` move many.
"""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail

DIALECTS: Final = ("standard", "mahara22")
_MOST_AT_ONCE: Final = 64

AgainOption = Annotated[bool, typer.Option("--again", help="Begin anew, whatever earlier runs have done.")]
JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", min=1, max=_MOST_AT_ONCE, help="How many people at once; twice the number of processors."),
]


def export(
    user: Annotated[
        str | None, typer.Argument(help="Whose: an id, a login, sis_user_id:… or sis_login_id:…", show_default=False)
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The file to write, or a folder; with --all a folder.", show_default=False),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Export everybody who has something.")] = False,
    dialect: Annotated[str, typer.Option(help="standard, or mahara22 for Mahara 22.")] = DIALECTS[0],
    again: AgainOption = False,
    jobs: JobsOption = None,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Write what somebody owns, or everybody, into packages."""
    if to is None:
        fail("--to needs the file or the folder to write.")
    if dialect not in DIALECTS:
        fail(f"--dialect {dialect} is none of {', '.join(DIALECTS)}.")
    if all_ == (user is not None):
        fail("Say whose portfolio to export, or --all.")
    if user is not None:
        _only_of_many(again, jobs, "--all")
        from quadrangle.commands.moving import one

        one.export(user, to, dialect=dialect, database=database, storage=storage, json=json)
    else:
        from quadrangle.commands.moving import all_out

        all_out.export(to, dialect, again=again, jobs=_at_once(jobs), database=database, storage=storage, json=json)


def import_(
    source: Annotated[Path, typer.Argument(help="The package; with --map the folder of packages.")],
    for_: Annotated[
        str | None,
        typer.Option("--for", help="Whose: an id, a login, sis_user_id:… or sis_login_id:…", show_default=False),
    ] = None,
    map_: Annotated[
        Path | None,
        typer.Option("--map", help="A CSV file with the columns file and user: whose each is.", show_default=False),
    ] = None,
    again: AgainOption = False,
    jobs: JobsOption = None,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Bring a package to somebody, or each package of a folder to whom it belongs."""
    if (for_ is None) == (map_ is None):
        fail("Say whose the package is with --for, or for many with --map.")
    if for_ is not None:
        _only_of_many(again, jobs, "--map")
        from quadrangle.commands.moving import one

        one.import_(source, for_, database=database, storage=storage, json=json)
    elif map_ is not None:
        from quadrangle.commands.moving import all_in

        all_in.import_(map_, source, again=again, jobs=_at_once(jobs), database=database, storage=storage, json=json)


def _only_of_many(again: bool, jobs: int | None, option: str) -> None:
    if again or jobs is not None:
        fail(f"--again and --jobs belong to {option}.")


def _at_once(jobs: int | None) -> int:
    """Much of the time goes to waiting for the disk, so more than there are processors."""
    return jobs or min(2 * (os.cpu_count() or 1), _MOST_AT_ONCE)
