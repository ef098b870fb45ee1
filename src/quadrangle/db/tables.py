"""Every noun's tables in one place, for migrations and nothing else."""

import quadrangle.accounts.tables
import quadrangle.announcements.tables
import quadrangle.artifacts.tables
import quadrangle.blobs.tables
import quadrangle.calendars.tables
import quadrangle.courses.tables
import quadrangle.files.tables
import quadrangle.groups.tables
import quadrangle.jobs.tables
import quadrangle.modules.tables
import quadrangle.pages.tables
import quadrangle.people.tables
import quadrangle.portfolios.tables
import quadrangle.progress.tables
import quadrangle.reports.tables
import quadrangle.tokens.tables
import quadrangle.transfers.tables  # noqa: F401
