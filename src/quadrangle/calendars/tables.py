"""Events, and the account calendars people have added to their own. The calendars themselves are accounts."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from quadrangle.db.schema import BigId, UtcTime, flag_column, metadata, primary_id

calendar_events = Table(
    "calendar_events",
    metadata,
    primary_id(),
    Column("context_type", Text, nullable=False),  # user | course | group | course_section | account
    Column("context_id", BigId, nullable=False),
    Column("context_code", Text, nullable=False),  # both as one: course_101
    # Where it is listed: an event of a section stands in the calendar of its course, every other in that of its context.
    Column("calendar_code", Text, nullable=False),
    Column(
        "parent_event_id", BigId, ForeignKey("calendar_events.id")
    ),  # the event of a course that this is a section's part of
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),  # who made it
    Column("title", Text, nullable=False),
    Column("description", Text),  # HTML, sanitised
    Column("location_name", Text),
    Column("location_address", Text),
    Column("start_at", UtcTime),  # null: undated
    Column("end_at", UtcTime),
    flag_column("all_day"),
    Column("all_day_date", Text),  # YYYY-MM-DD in time_zone
    Column("time_zone", Text, nullable=False),  # in which it repeats, and in which a whole day is a day
    flag_column("blackout_date"),
    flag_column("important_dates"),
    Column("comments", Text),
    Column("series_uuid", Text),
    Column("rrule", Text),
    Column("workflow_state", Text, nullable=False),  # active | deleted
    Column("cancel_reason", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # What is past lies before the range one asks for, so that a calendar may be as old as it likes.
    Index(None, "calendar_code", "end_at", "start_at", "id"),
    Index(None, "context_code", "end_at", "start_at", "id"),
    Index(None, "parent_event_id"),
    Index(None, "series_uuid", "start_at"),
    sqlite_autoincrement=True,
)

calendar_subscriptions = Table(
    "calendar_subscriptions",
    metadata,
    Column("user_id", BigId, ForeignKey("users.id"), primary_key=True),
    Column("account_id", BigId, ForeignKey("accounts.id"), primary_key=True),
    Column("created_at", UtcTime, nullable=False),
)
