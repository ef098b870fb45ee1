"""A portfolio as a web site that opens from a disk: the viewer's pages with local addresses. Pure.

Source: eportfolios.md §4.19, "Export content".

Pages stand beside each other, so that they lead to each other by name; files lie in `files/`. What leads to this server and is not in the site
leads there by its whole address; what leads elsewhere is left as it is.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import sha256
from importlib.resources import files as resources
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from quadrangle.files import File
from quadrangle.http.templates import rendered
from quadrangle.kernel.clock import zulu
from quadrangle.portfolios import Entry, LocalFile, Named, SitePlan, file_at, files_named, led, texts_of
from quadrangle.web.moments import day
from quadrangle.web.viewer import Addresses, PageLink, PortfolioView, SectionTab, ShownPage, render

INDEX: Final = "index.html"
LISTING: Final = "index.json"
STYLE: Final = "style.css"
LOGO: Final = "logo.svg"
FORMAT: Final = "quadrangle-site"
VERSION: Final = 1  # of LISTING
LONGEST_NAME: Final = 250  # characters of a page's file name


class SiteOfPortfolio:
    """Makes the members of one site; what `quadrangle.portfolios.Site` asks for."""

    def __init__(self, plan: SitePlan) -> None:
        self._plan = plan
        slugs = {section.id: section.slug for section in plan.sections}
        self._links = {
            place.id: PageLink(place.id, place.name, place.slug, slugs[place.section_id]) for place in plan.places
        }
        self._names = _names(self._links.values())
        self._addresses = {id: quote(name) for id, name in self._names.items()}
        tabs = []
        for section in plan.sections:
            inside = tuple(self._links[place.id] for place in plan.places if place.section_id == section.id)
            tabs.append(SectionTab(section.id, section.name, section.slug, inside))
        self._view = PortfolioView(
            id=plan.portfolio.id,
            name=plan.portfolio.name,
            author=plan.author,
            sections=tuple(tabs),
            public=True,
            indexed=True,
            theme=plan.theme,
        )
        self._home = f"/eportfolios/{plan.portfolio.id}"
        self._local = self._local_pages()

    def named_in(self, entry: Entry) -> Named:
        return files_named(texts_of(entry.content), self._at(entry), self._plan.base_url)

    def page(self, entry: Entry, files: Mapping[int, LocalFile]) -> tuple[str, bytes]:
        shown = ShownPage(
            id=entry.id,
            name=entry.name,
            section_id=entry.section_id,
            content=entry.content,
            updated_at=entry.updated_at,
            files={id: local.file for id, local in files.items()},
        )
        addresses = Addresses(
            stylesheet=STYLE,
            home=INDEX,
            section=self._of_section,
            page=self._of_page,
            file=partial(_of_file, files),
            written=lambda address: self._written(address, entry, files),
        )
        return self._names[entry.id], render(self._view, shown, addresses, interactive=False).encode()

    def rest(self, files: Mapping[int, LocalFile]) -> Iterable[tuple[str, bytes]]:
        plan = self._plan
        index = rendered(
            "portfolio_index.html",
            view=self._view,
            page_address=self._of_page,
            style=STYLE,
            logo=LOGO,
            made=day(plan.now, self._view.zone),
            zulu=zulu(plan.now),
        )
        yield INDEX, index.encode()
        yield LISTING, msgspec.json.format(msgspec.json.encode(self._listing(files)), indent=2)
        yield STYLE, (resources("quadrangle.web") / "static/portfolio.css").read_bytes()
        yield LOGO, (resources("quadrangle.web") / "static/logo.svg").read_bytes()

    def _listing(self, files: Mapping[int, LocalFile]) -> dict[str, Any]:
        """What is in the site, for programs."""
        plan = self._plan
        places = {place.id: place for place in plan.places}
        return {
            "format": FORMAT,
            "version": VERSION,
            "made_at": zulu(plan.now),
            "source": f"{plan.base_url}{self._home}",
            "name": plan.portfolio.name,
            "author": plan.author,
            "index": INDEX,
            "sections": [
                {
                    "name": tab.name,
                    "slug": tab.slug,
                    "position": section.position,
                    "pages": [
                        {
                            "name": page.name,
                            "slug": page.slug,
                            "position": places[page.id].position,
                            "file": self._names[page.id],
                        }
                        for page in tab.pages
                    ],
                }
                for tab, section in zip(self._view.sections, plan.sections, strict=True)
            ],
            "files": [
                {
                    "name": local.file.display_name,
                    "file": local.path,
                    "content_type": local.file.content_type,
                    "size": local.file.size,
                    "sha256": local.file.digest,
                }
                for local in files.values()
            ],
        }

    # --- addresses

    def _of_page(self, page: PageLink) -> str:
        return self._addresses[page.id]

    def _of_section(self, section: SectionTab) -> str:
        return self._of_page(section.pages[0]) if section.pages else INDEX

    def _local_pages(self) -> dict[str, str]:
        """What leads to a page, or the portfolio, as the path on this server; and where it is in the site."""
        local = {self._home: INDEX, f"{self._home}/categories": INDEX}
        for tab in self._view.sections:
            for path in (f"/{tab.slug}", f"/categories/{tab.id}"):
                local[self._home + path] = self._of_section(tab)
            for page in tab.pages:
                for path in (f"/{tab.slug}/{page.slug}", f"/entries/{page.id}"):
                    local[self._home + path] = self._of_page(page)
        return local

    def _at(self, entry: Entry) -> str:
        return f"{self._plan.base_url}{self._home}/{entry.category_slug}/{entry.slug}"

    def _written(self, address: str, entry: Entry, files: Mapping[int, LocalFile]) -> str:
        to = led(address, self._at(entry), self._plan.base_url)
        if to is None:
            return address
        if to.here is None:
            return address if urlsplit(address.strip()).scheme else to.absolute
        local = _local_file(to.here, files) or self._local.get(to.here.rstrip("/"))
        _, mark, fragment = to.absolute.partition("#")
        return to.absolute if local is None else f"{local}{mark}{fragment}"


def _local_file(here: str, files: Mapping[int, LocalFile]) -> str | None:
    id, uuid = file_at(here)
    if uuid is not None:
        id = next((one.file.id for one in files.values() if one.file.uuid == uuid), None)
    local = None if id is None else files.get(id)
    return None if local is None else quote(local.path)


def _of_file(files: Mapping[int, LocalFile], page_id: int, file: File) -> str | None:
    local = files.get(file.id)
    return None if local is None else quote(local.path)


def _names(links: Iterable[PageLink]) -> dict[int, str]:
    """The file of each page: `<section-slug>_<page-slug>.html`; a digest of that where it is too long, and a number where it is taken."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for link in links:
        stem = f"{link.section_slug}_{link.slug}"
        if len(stem) + len(".html") > LONGEST_NAME:
            stem = sha256(stem.encode()).hexdigest()
        if stem in taken:
            stem = f"{stem[: LONGEST_NAME - 40]}_page_{link.id}"
        taken.add(stem)
        names[link.id] = f"{stem}.html"
    return names
