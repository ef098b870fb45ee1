"""Every kind of job there is, and a worker that knows them all."""

from datetime import timedelta

from prometheus_client import CollectorRegistry

from quadrangle.blobs import Blobs
from quadrangle.bounds import package_limits
from quadrangle.catalogue import REPORTS
from quadrangle.db import Database
from quadrangle.files import CLEAR_AWAY, fetch_files
from quadrangle.jobs import CONCURRENCY, FORGET_OLD_JOBS, Kind, Worker
from quadrangle.kernel.clock import Clock
from quadrangle.pages import PUBLISH_PAGE
from quadrangle.portfolios import FORGET_SITES, export_sites, keywords
from quadrangle.reports import run_reports
from quadrangle.settings import Settings
from quadrangle.transfers import EXPORT_PACKAGES, forget_packages, import_packages
from quadrangle.web.site import SiteOfPortfolio


def all_kinds(settings: Settings) -> tuple[Kind, ...]:
    return (
        FORGET_OLD_JOBS,
        CLEAR_AWAY,
        FORGET_SITES,
        PUBLISH_PAGE,
        fetch_files(settings.inside),
        run_reports(REPORTS),
        export_sites(SiteOfPortfolio),
        EXPORT_PACKAGES,
        import_packages(
            lambda: package_limits(settings),
            keywords(settings.eportfolio_title_spam_keywords, settings.eportfolio_content_spam_keywords),
        ),
        forget_packages(
            package_kept_for=timedelta(days=settings.package_days), kept_for=timedelta(days=settings.transfer_days)
        ),
    )


def create_worker(
    settings: Settings,
    database: Database,
    blobs: Blobs,
    clock: Clock,
    *,
    concurrency: int = CONCURRENCY,
    registry: CollectorRegistry | None = None,
) -> Worker:
    return Worker(database, blobs, clock, all_kinds(settings), concurrency=concurrency, registry=registry)
