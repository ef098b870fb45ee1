"""The command line, `quad`. Source: ARCHITECTURE §4.

Declarations only: what a command does is imported when it runs, as the application and Alembic cost more than `quad --help` should.
"""

from typing import Annotated

import typer

from quadrangle.commands import brightspace, jobs, moving, oauth, report, site_admin, token
from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail
from quadrangle.kernel.problem import OperatorProblem

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Quadrangle: course pages and ePortfolios.",
)


def main() -> None:
    try:
        app()
    except OperatorProblem as error:
        fail(str(error))


@app.command()
def init(
    database: DatabaseOption = None,
    storage: StorageOption = None,
    account_name: Annotated[str, typer.Option(help="Name of the root account.")] = "Quadrangle",
    admin_email: Annotated[
        str, typer.Option(help="E-mail and login of the first administrator.")
    ] = "admin@example.com",
    admin_password: Annotated[str | None, typer.Option(help="Their password; random and printed if not given.")] = None,
    admin_token: Annotated[str | None, typer.Option(help="Text of their access token, at least 16 characters.")] = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Succeed quietly when it exists already.")] = False,
    json: JsonOption = False,
) -> None:
    """Create the schema, the root account and its first administrator."""
    from quadrangle.commands import init

    init.init(
        database=database,
        storage=storage,
        account_name=account_name,
        admin_email=admin_email,
        admin_password=admin_password,
        admin_token=admin_token,
        if_missing=if_missing,
        json=json,
    )


@app.command()
def demo(
    database: DatabaseOption = None,
    storage: StorageOption = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Succeed when there is a campus already.")] = False,
    json: JsonOption = False,
) -> None:
    """Fill an empty database with the demo campus; print its logins and tokens."""
    from quadrangle.commands import demo

    demo.demo(database=database, storage=storage, if_missing=if_missing, json=json)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at; 0 takes a free one.")] = 8000,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    workers: Annotated[int, typer.Option(help="Processes that answer; more than one needs PostgreSQL.")] = 1,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also run background jobs here.")] = True,
) -> None:
    """Serve; brings the schema up to date first."""
    from quadrangle.commands import serve

    serve.serve(host=host, port=port, database=database, storage=storage, workers=workers, worker=worker)


@app.command()
def worker(
    database: DatabaseOption = None,
    storage: StorageOption = None,
    concurrency: Annotated[int, typer.Option(help="Jobs that run at once.")] = 4,
) -> None:
    """Run jobs, beside `quad serve --no-worker` or more workers."""
    from quadrangle.commands import worker

    worker.worker(database=database, storage=storage, concurrency=concurrency)


@app.command()
def migrate(database: DatabaseOption = None, storage: StorageOption = None, json: JsonOption = False) -> None:
    """Bring the schema up to date."""
    from quadrangle.commands import migrate

    migrate.migrate(database=database, storage=storage, json=json)


@app.command()
def doctor(database: DatabaseOption = None, storage: StorageOption = None, json: JsonOption = False) -> None:
    """Check settings, database, schema, storage and clock; say what is wrong in plain words."""
    from quadrangle.commands import doctor

    doctor.doctor(database=database, storage=storage, json=json)


app.command()(moving.export)
app.command("import")(moving.import_)
app.add_typer(token.app, name="token")
app.add_typer(brightspace.app, name="brightspace")
app.add_typer(jobs.app, name="jobs")
app.add_typer(report.app, name="report")
app.command()(oauth.oauth)
app.command("site-admin")(site_admin.site_admin)
