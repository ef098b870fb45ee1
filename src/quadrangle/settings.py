"""Every server setting: name, type, unit, default, one sentence. Zero settings work.

Flags of the command line win over the environment (`QUAD_<NAME>`), which wins over `quad.toml`.
"""

import contextlib
import os
import secrets
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from quadrangle.kernel.problem import OperatorProblem

VAR: Final = "var"


class SettingsError(OperatorProblem):
    """A setting that cannot be read; the text says which and why."""


class Campus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One campus of the directory in which clients look up where to sign in."""

    name: str
    domain: str
    authentication_provider: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    database_url: Annotated[str, Meta(description="Where the data lives: sqlite:///path or postgresql://….")] = (
        f"sqlite:///{VAR}/quad.db"
    )
    storage_url: Annotated[str, Meta(description="Where files live: file:///path or s3://bucket.")] = (
        f"file://{VAR}/files"
    )
    base_url: Annotated[
        str,
        Meta(
            description="Origin of links made outside a request (mail, jobs, packages); answers use the request's own."
        ),
    ] = "http://127.0.0.1:8000"
    secret_key: Annotated[
        str, Meta(description="Key of all digests and signatures; made and kept under ./var if unset.")
    ] = ""
    log: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="Least level that is logged; info has a line a request."),
    ] = "info"
    reference: Annotated[
        Literal["published", "hosted"],
        Meta(description="Which side to take where the published reference and the hosted service differ."),
    ] = "published"
    account_calendars_shape: Annotated[
        Literal["list", "object"] | None,
        Meta(
            description="How GET /account_calendars answers: a list, or an object around it; unset: as `reference` says."
        ),
    ] = None
    permission_error_status: Annotated[
        Literal[401, 403],
        Meta(description="Status of a refusal to a signed-in caller; old clients expect 401."),
    ] = 403
    throttle: Annotated[bool, Meta(description="Whether callers are throttled at all.")] = True
    throttle_maximum: Annotated[float, Meta(description="Units a bucket can hold.")] = 800.0
    throttle_high_water_mark: Annotated[float, Meta(description="Units from which requests are refused.")] = 600.0
    throttle_outflow: Annotated[float, Meta(description="Units that leak out of a bucket in a second.")] = 10.0
    throttle_up_front_cost: Annotated[float, Meta(description="Units held while a request runs.")] = 50.0
    throttle_status: Annotated[
        Literal[403, 429], Meta(description="Status of a throttled request; 403 for clients before 2025.")
    ] = 429
    throttle_allow: Annotated[
        tuple[str, ...],
        Meta(description="Identities never throttled: a token's text, user:<id>, or an address."),
    ] = ()
    throttle_block: Annotated[tuple[str, ...], Meta(description="Identities always refused, in the same forms.")] = ()
    eportfolio_title_spam_keywords: Annotated[
        tuple[str, ...],
        Meta(description="Words that flag an ePortfolio when the name of it, of a section or of a page holds one."),
    ] = ()
    eportfolio_content_spam_keywords: Annotated[
        tuple[str, ...], Meta(description="Words that flag an ePortfolio when what stands on a page holds one.")
    ] = ()
    eportfolio_moderation_page_size: Annotated[
        int, Meta(description="ePortfolios on one page of the moderators' list.")
    ] = 100
    require_user_agent: Annotated[
        bool, Meta(description="Refuse API requests without a User-Agent, as the hosted service does.")
    ] = False
    require_scopes: Annotated[bool, Meta(description="Scopes of tokens made by hand always bind.")] = False
    student_access_token_management: Annotated[
        bool | None,
        Meta(description="Student-only users must give their tokens an end; unset: as `reference` says."),
    ] = None
    student_access_token_days: Annotated[int, Meta(description="Longest life of such a token, in days.")] = 120
    site_admin_max_token_life: Annotated[
        int | None,
        Meta(description="Longest life of a site administrator's token, in seconds; unset: no limit."),
    ] = None
    account_directory: Annotated[
        tuple[Campus, ...],
        Meta(
            description="Campuses that /accounts/search finds beside this one: name, domain, authentication_provider."
        ),
    ] = ()
    fetch_networks: Annotated[
        tuple[str, ...],
        Meta(
            description="Networks beside the public Internet from which files are fetched when somebody gives an address: 10.1.0.0/16."
        ),
    ] = ()
    sqlite_synchronous: Annotated[
        Literal["full", "normal"],
        Meta(description="full survives a power cut, normal only a killed process; SQLite only."),
    ] = "full"
    brightspace_time_tolerance: Annotated[
        int, Meta(description="Seconds by which the time of a signed Brightspace request may be off, each way.")
    ] = 300
    brightspace_key_life: Annotated[
        int | None, Meta(description="Life of a Brightspace user token, in seconds; unset: no limit.")
    ] = None
    brightspace_credits: Annotated[
        int, Meta(description="Credits an application of the Brightspace API has a minute; 0: no limit.")
    ] = 50_000
    brightspace_cost: Annotated[int, Meta(description="Credits a call of the Brightspace API costs.")] = 10
    brightspace_time_zone: Annotated[
        str, Meta(description="IANA time zone of the time in the names of exported packages.")
    ] = "UTC"
    brightspace_unlimited: Annotated[
        tuple[str, ...], Meta(description="Brightspace applications and OAuth clients without a limit, by their ids.")
    ] = ()
    package_upload: Annotated[int, Meta(description="Largest portfolio package that can be imported, in bytes.")] = (
        500 * 1024 * 1024
    )
    package_unpacked: Annotated[int, Meta(description="Most bytes the members of a package may have together.")] = (
        2 * 1024 * 1024 * 1024
    )
    package_members: Annotated[int, Meta(description="Most members of a package.")] = 20_000
    package_ratio: Annotated[
        int, Meta(description="Most times its packed size that a member of more than 1 MiB may unpack to.")
    ] = 200
    package_main_file: Annotated[int, Meta(description="Largest XML file of a package, in bytes.")] = 64 * 1024 * 1024
    package_entries: Annotated[int, Meta(description="Most entries in the XML of a package.")] = 50_000
    package_path_depth: Annotated[int, Meta(description="Most folders and names along the path of a member.")] = 20
    package_name: Annotated[int, Meta(description="Longest name of a member, in bytes.")] = 255
    package_days: Annotated[int, Meta(description="Days for which an exported package is kept.")] = 7
    transfer_days: Annotated[
        int, Meta(description="Days for which the end of an export or import can be asked for.")
    ] = 90
    transfer_ids: Annotated[int, Meta(description="Most object ids in the list of one export.")] = 10_000
    transfer_targets: Annotated[int, Meta(description="Most people that one package is imported for at once.")] = 200
    transfers_unfinished: Annotated[
        int, Meta(description="Exports and imports of one person that may be unfinished at once.")
    ] = 20
    transfers_unfinished_of_all: Annotated[
        int, Meta(description="Exports and imports of everybody that may be unfinished at once.")
    ] = 200_000
    demo: Annotated[
        bool,
        Meta(
            description="A server to try things on: / shows logins of the demo campus, /styleguide the components of the screens."
        ),
    ] = False
    body_limit: Annotated[int, Meta(description="Largest request body outside uploads, in bytes.")] = 16 * 1024 * 1024

    @property
    def inside(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """fetch_networks, read. Raises SettingsError for what is none."""
        try:
            return tuple(ip_network(one, strict=False) for one in self.fetch_networks)
        except ValueError as error:
            raise SettingsError(f"Setting 'fetch_networks' (QUAD_FETCH_NETWORKS): {error}.") from None

    @property
    def wraps_account_calendars(self) -> bool:
        if self.account_calendars_shape is None:
            return self.reference == "hosted"
        return self.account_calendars_shape == "object"

    @property
    def students_need_expiry(self) -> bool:
        if self.student_access_token_management is None:
            return self.reference == "hosted"
        return self.student_access_token_management


def load_settings(
    given: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Settings from `given` (command line), the environment and `quad.toml`, in this order of precedence."""
    environment = os.environ if environment is None else environment
    file = Path("quad.toml") if file is None else file
    values: dict[str, Any] = {}
    if file.is_file():
        try:
            values |= tomllib.loads(file.read_text())
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{file}: {error}") from None
    kinds = get_type_hints(Settings)
    for name in kinds:
        raw = environment.get(f"QUAD_{name.upper()}")
        if raw is not None:
            values[name] = raw
    values |= {name: value for name, value in (given or {}).items() if value is not None}
    unknown = sorted(set(values) - set(kinds))
    if unknown:
        raise SettingsError(f"Unknown setting {unknown[0]!r}.")
    for name, value in values.items():
        if isinstance(value, str) and kinds[name] is not str:
            values[name] = _from_text(name, value, kinds[name])
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        name = where.rstrip("`").partition("[")[0]
        if get_origin(kinds.get(name)) is Literal:
            what = "must be one of " + ", ".join(str(choice) for choice in get_args(kinds[name]))
        raise SettingsError(f"Setting {name!r} (QUAD_{name.upper()}) is {values[name]!r}: {what}.") from None


def _from_text(name: str, text: str, kind: Any) -> Any:
    """Text of the environment for a setting of another type: lists of objects are JSON, others are divided by commas, numbers among given
    ones are read."""
    if get_origin(kind) is tuple and get_args(kind)[0] is not str:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise SettingsError(f"Setting {name!r} (QUAD_{name.upper()}) is {text!r}: must be JSON.") from None
    if get_origin(kind) is tuple:
        return [item.strip() for item in text.split(",") if item.strip()]
    if get_origin(kind) is Literal and text.isdecimal():
        return int(text)
    return text


def data_folder(settings: Settings) -> Path:
    """Where the server keeps what is its own beside the database: the folder of the SQLite file, else ./var."""
    if settings.database_url.startswith("sqlite:///"):
        return Path(settings.database_url.removeprefix("sqlite:///")).parent
    return Path(VAR)


def with_secret_key(settings: Settings) -> Settings:
    """The settings with a secret key: the given one, or the one kept beside the data, made at the first need."""
    if settings.secret_key:
        return settings
    path = data_folder(settings) / "secret_key"
    try:
        if not path.exists():
            _keep_secret(path, secrets.token_hex(32))
        key = path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"The secret key cannot be kept in {path}: {error.strerror}. Set QUAD_SECRET_KEY."
        ) from None
    if not key:
        raise SettingsError(
            f"{path} is empty. Tokens made with the lost key open nothing: restore the file, or remove it."
        )
    return msgspec.structs.replace(settings, secret_key=key)


def _keep_secret(path: Path, text: str) -> None:
    """Write the file as a whole or not at all: a second process that starts meanwhile must not read half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
