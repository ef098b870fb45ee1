"""JSON bodies. Source: brightspace-eportfolio.md §3."""

from typing import Any

import msgspec

from quadrangle.http.call import Call
from quadrangle.kernel.errors import Malformed


def json_body(call: Call, shape: Any) -> Any:
    """The body as a value of `shape`; unknown properties are passed over. Without a content type it must still be JSON.

    Raises Malformed for anything else.
    """
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    if kind not in ("", "application/json"):
        raise Malformed("The body must be application/json.")
    try:
        return msgspec.json.decode(call.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is not JSON of the right form.") from None
