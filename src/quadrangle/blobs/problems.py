"""How storage fails."""

from quadrangle.kernel.errors import Unavailable
from quadrangle.kernel.problem import OperatorProblem


class StorageProblem(OperatorProblem):
    """Storage that cannot be used as it is configured; the text says which and why."""


class StorageUnavailable(Unavailable):
    """Bytes can neither be read nor written just now; nothing was changed."""

    code = "storage_unavailable"
    says = "Files cannot be stored or read just now. Nothing was changed; please try again later."
