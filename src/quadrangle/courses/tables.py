"""Courses, their sections, and who is enrolled in them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from quadrangle.db.schema import BigId, Json, SortKey, UtcTime, flag_column, metadata, primary_id

courses = Table(
    "courses",
    metadata,
    primary_id(),
    Column("uuid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", SortKey, nullable=False),
    Column("name_folded", Text, nullable=False),  # for LIKE, as are the other two
    Column("course_code", Text, nullable=False),
    Column("code_folded", Text, nullable=False),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("enrollment_term_id", BigId, ForeignKey("enrollment_terms.id"), nullable=False),
    Column("workflow_state", Text, nullable=False),  # created | claimed | available | completed | deleted
    Column("start_at", UtcTime),
    Column("conclude_at", UtcTime),
    flag_column("restrict_enrollments_to_course_dates"),
    Column("is_public", Boolean),
    flag_column("is_public_to_auth_users"),
    flag_column("public_syllabus"),
    flag_column("public_syllabus_to_auth"),
    Column("default_wiki_editing_roles", Text, nullable=False, default="teachers"),
    flag_column("pages_tab_hidden"),
    Column("default_view", Text, nullable=False, default="modules"),
    Column("license", Text),
    Column("grading_standard_id", BigId),
    Column("grade_passback_setting", Text),
    Column("storage_quota", BigInteger),  # bytes; null inherits
    Column("sis_source_id", Text),
    Column("sis_folded", SortKey),  # also what SIS ids are sorted by
    Column("integration_id", Text),
    Column("sis_batch_id", BigId),
    flag_column("homeroom_course"),
    Column("course_color", Text),
    Column("friendly_name", Text),
    Column("syllabus_body", Text),
    Column("public_description", Text),
    Column("course_format", Text),
    Column("locale", Text),
    flag_column("template"),
    flag_column("is_blueprint"),
    Column("blueprint_course_id", BigId, ForeignKey("courses.id")),
    Column("time_zone", Text),
    flag_column("hide_final_grades"),
    flag_column("apply_assignment_group_weights"),
    Column("settings", Json, nullable=False),  # the switches of course settings that nothing here decides by
    Column("calendar_secret", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "account_id", "workflow_state", "id"),
    Index(None, "root_account_id", "id"),
    Index(None, "enrollment_term_id"),
    Index("uq_courses_sis_source_id", "root_account_id", "sis_source_id", unique=True),
    Index(None, "root_account_id", "integration_id"),
    sqlite_autoincrement=True,
)

course_sections = Table(
    "course_sections",
    metadata,
    primary_id(),
    Column("course_id", BigId, ForeignKey("courses.id"), nullable=False),
    Column("nonxlist_course_id", BigId, ForeignKey("courses.id")),
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # folded, for LIKE
    Column("sis_source_id", Text),
    Column("integration_id", Text),
    Column("sis_batch_id", BigId),
    Column("workflow_state", Text, nullable=False),  # active | deleted
    flag_column("is_default"),
    Column("start_at", UtcTime),
    Column("end_at", UtcTime),
    flag_column("restrict_enrollments_to_section_dates"),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "course_id", "workflow_state", "id"),
    Index(None, "nonxlist_course_id"),
    Index("uq_course_sections_sis_source_id", "root_account_id", "sis_source_id", unique=True),
    sqlite_autoincrement=True,
)

enrollments = Table(
    "enrollments",
    metadata,
    primary_id(),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("course_id", BigId, ForeignKey("courses.id"), nullable=False),
    Column("course_section_id", BigId, ForeignKey("course_sections.id"), nullable=False),
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("type", Text, nullable=False),  # StudentEnrollment | TeacherEnrollment | …
    Column("role_id", BigId, ForeignKey("roles.id"), nullable=False),
    # invited | creation_pending | active | completed | inactive | deleted | rejected
    Column("workflow_state", Text, nullable=False),
    Column("associated_user_id", BigId, ForeignKey("users.id")),
    flag_column("limit_privileges_to_course_section"),
    flag_column("self_enrolled"),
    Column("start_at", UtcTime),
    Column("end_at", UtcTime),
    Column("sis_batch_id", BigId),
    Column("last_activity_at", UtcTime),
    Column("total_activity_time", Integer, nullable=False, default=0),  # seconds
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "user_id", "course_id"),
    Index(None, "course_id", "type", "workflow_state", "user_id"),
    Index(None, "course_section_id"),
    Index(
        "ix_enrollments_associated_user_id",
        "associated_user_id",
        sqlite_where=text("associated_user_id IS NOT NULL"),
        postgresql_where=text("associated_user_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
