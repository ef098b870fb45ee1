"""What is served, in which versions. Source: brightspace-eportfolio.md §1.2 and §1.3."""

from typing import Final

import msgspec

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.errors import NotFound
from quadrangle.wire.brightspace.bodies import json_body
from quadrangle.wire.brightspace.routing import brightspace

# Ascending by (major, minor) as numbers.
PRODUCTS: Final[dict[str, tuple[str, ...]]] = {
    "ep": ("2.5",),
    "lp": tuple(f"1.{minor}" for minor in range(51)),
}

routes = brightspace("versions")


class ProductVersions(msgspec.Struct, frozen=True, rename="pascal"):
    product_code: str
    latest_version: str
    supported_versions: list[str]


class SupportedVersion(msgspec.Struct, frozen=True, rename="pascal"):
    supported: bool
    latest_version: str


class VersionAsked(msgspec.Struct, frozen=True, rename="pascal"):
    product_code: str
    version: str


class VersionAnswer(msgspec.Struct, frozen=True, rename="pascal"):
    product_code: str
    version: str
    latest_version: str
    supported: bool


class VersionsAnswer(msgspec.Struct, frozen=True, rename="pascal"):
    supported: bool
    versions: list[VersionAnswer]


_ASKED: Final = list[VersionAsked]
_ALL: Final = list[ProductVersions]


@routes.get("/d2l/api/versions", public=True, work="none", gives=_ALL)
async def all_versions(call: Call) -> Reply:
    """Every product with its versions."""
    return Reply(200, [_of(product) for product in PRODUCTS])


@routes.get("/d2l/api/:product/versions", public=True, work="none", gives=ProductVersions)
async def versions_of_product(call: Call) -> Reply:
    """The versions of one product."""
    return Reply(200, _of(call.path["product"]))


@routes.get("/d2l/api/:product/versions/:asked", public=True, work="none", gives=SupportedVersion)
async def version_of_product(call: Call) -> Reply:
    """Whether one version of a product is served."""
    product = _of(call.path["product"])
    return Reply(200, SupportedVersion(call.path["asked"] in product.supported_versions, product.latest_version))


@routes.post("/d2l/api/versions/check", public=True, work="none", gives=VersionsAnswer, takes=_ASKED)
async def check_versions(call: Call) -> Reply:
    """Whether all of these versions are served, and each for itself."""
    answers = [_answer(one) for one in json_body(call, _ASKED)]
    return Reply(200, VersionsAnswer(all(one.supported for one in answers), answers))


def _of(product: str) -> ProductVersions:
    """Raises NotFound for a product that is not served."""
    versions = PRODUCTS.get(product.lower())
    if versions is None:
        raise NotFound
    return ProductVersions(product.lower(), versions[-1], list(versions))


def _answer(asked: VersionAsked) -> VersionAnswer:
    versions = PRODUCTS.get(asked.product_code.lower(), ())
    latest = versions[-1] if versions else ""
    return VersionAnswer(asked.product_code, asked.version, latest, asked.version in versions)
