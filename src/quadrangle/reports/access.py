"""Who may ask for reports and see them. Source: permissions.md §6."""

from typing import Final

from quadrangle.accounts import Account, AccountRights
from quadrangle.kernel.access import Granted, Table, authorise

READ_REPORTS: Final = "read_reports"


def _actor_reads_reports(rights: AccountRights) -> bool:
    """By a role at the account or above; what a teacher may in a course does not count."""
    return rights.may(READ_REPORTS)


RULES: Final[Table[AccountRights]] = {READ_REPORTS: [[_actor_reads_reports]]}


def allow_reports(rights: AccountRights, account: Account) -> Granted[Account]:
    """Proof that somebody may ask for the reports of an account and see them, or Forbidden."""
    return authorise(RULES, READ_REPORTS, rights, account)
