"""What reports are about, and what can be asked of them, in the words of whoever asks. Source: web.md W17, account-reports.md §4."""

from quadrangle.kernel.words import _
from quadrangle.reports import Parameter, ReportKind


def groups() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The catalogue in the order it is shown: what several reports are about, and their names."""
    return (
        (
            _("People and what they do"),
            (
                "last_user_access_csv",
                "last_enrollment_activity_csv",
                "zero_activity_csv",
                "students_with_no_submissions_csv",
                "eportfolio_report_csv",
                "user_access_tokens_csv",
            ),
        ),
        (
            _("Courses"),
            (
                "unpublished_courses_csv",
                "unused_courses_csv",
                "public_courses_csv",
                "recently_deleted_courses_csv",
                "course_storage_csv",
            ),
        ),
        (_("Lists for other systems"), ("provisioning_csv", "sis_export_csv")),
        (
            _("Grades and outcomes"),
            (
                "grade_export_csv",
                "mgp_grade_export_csv",
                "student_assignment_outcome_map_csv",
                "outcome_results_csv",
                "outcome_export_csv",
            ),
        ),
        (_("Programs"), ("developer_key_report_csv", "lti_report_csv")),
    )


def name_of(kind: ReportKind) -> str:
    """What the report is called here; other tools know it by its title."""
    return {
        "course_storage_csv": _("Course storage"),
        "developer_key_report_csv": _("Developer keys"),
        "eportfolio_report_csv": _("Portfolios"),
        "grade_export_csv": _("Grades"),
        "last_enrollment_activity_csv": _("Last activity in a course"),
        "last_user_access_csv": _("Last sign-in"),
        "lti_report_csv": _("External tools"),
        "mgp_grade_export_csv": _("Grades by grading period"),
        "outcome_export_csv": _("Outcomes"),
        "outcome_results_csv": _("Outcome results"),
        "provisioning_csv": _("Lists of people, courses and more"),
        "public_courses_csv": _("Public courses"),
        "recently_deleted_courses_csv": _("Courses deleted lately"),
        "sis_export_csv": _("Lists for a student information system"),
        "student_assignment_outcome_map_csv": _("Competencies of students"),
        "students_with_no_submissions_csv": _("Students who handed in nothing"),
        "unpublished_courses_csv": _("Unpublished courses"),
        "unused_courses_csv": _("Empty courses"),
        "user_access_tokens_csv": _("Access tokens"),
        "zero_activity_csv": _("Students who never came"),
    }.get(kind.name, kind.title)


def tells(kind: ReportKind) -> str:
    """What is in it, in a sentence."""
    return {
        "course_storage_csv": _("How much room the files of each course take."),
        "developer_key_report_csv": _("The applications that may act for people here."),
        "eportfolio_report_csv": _("Every portfolio with its author, its dates, and whether everybody can see it."),
        "grade_export_csv": _("The grades of every student in every course."),
        "last_enrollment_activity_csv": _("When each person last did something in one of their courses."),
        "last_user_access_csv": _("When, and from which address, each person last used this campus."),
        "lti_report_csv": _("Tools of other makers that are installed in accounts and courses."),
        "mgp_grade_export_csv": _("The grades of every student, apart for each grading period; one file a term."),
        "outcome_export_csv": _("The outcomes of this account, in a form that can be imported elsewhere."),
        "outcome_results_csv": _("How students did on each outcome."),
        "provisioning_csv": _(
            "Lists of people, courses, enrollments and more, one file each, with their numbers here."
        ),
        "public_courses_csv": _("Courses that everybody on the internet can see."),
        "recently_deleted_courses_csv": _("Courses that were deleted within the last 30 days."),
        "sis_export_csv": _("The same lists in the form a student information system reads back."),
        "student_assignment_outcome_map_csv": _("Each student with each outcome they were to reach, reached or not."),
        "students_with_no_submissions_csv": _("Students without any submission in a course within two weeks."),
        "unpublished_courses_csv": _("Courses that students cannot see yet."),
        "unused_courses_csv": _("Courses in which nobody has put anything."),
        "user_access_tokens_csv": _("The access tokens people have made: when, until when, and when last used."),
        "zero_activity_csv": _("Students who have never opened a course they are in."),
    }.get(kind.name, kind.title)


def label_of(parameter: Parameter) -> str:
    return {
        "accounts": _("Accounts"),
        "admins": _("Administrators"),
        "course_id": _("One course only"),
        "courses": _("Courses"),
        "created_by_sis": _("Only what was imported from a student information system"),
        "end_at": _("Until"),
        "enrollment_filter": _("Only these kinds of people"),
        "enrollment_state": _("Only these enrollments"),
        "enrollment_states": _("Only enrollments that are"),
        "enrollment_term_id": _("Term"),
        "enrollments": _("Enrollments"),
        "exclude_deleted_and_expired": _("Leave out tokens that are deleted or have expired"),
        "group_categories": _("Sets of groups"),
        "group_membership": _("Members of groups"),
        "groups": _("Groups"),
        "include_deleted": _("Include what was deleted"),
        "include_enrollment_state": _("Add a column that says how each enrollment stands"),
        "no_enrollments": _("Only of people who are in no course"),
        "order": _("Sorted by"),
        "sections": _("Sections"),
        "start_at": _("From"),
        "terms": _("Terms"),
        "user_observers": _("Who observes whom"),
        "users": _("People"),
        "xlist": _("Sections taught in another course"),
    }.get(parameter.key, parameter.description)


def hint_of(parameter: Parameter) -> str | None:
    return {
        "course_id": _("Its number, as in the address of the course, or its SIS id written as sis_course_id:PHY101."),
        "end_at": _("Empty means now."),
        "start_at": _("Empty means no limit; where two weeks are looked at, two weeks before the end."),
        "enrollment_filter": _("None chosen means all of them."),
        "enrollment_state": _("None chosen means all of them."),
        "enrollment_states": _("None chosen means all of them."),
    }.get(parameter.key)


def word_of(choice: str) -> str:
    """A value that a parameter takes."""
    return {
        "DesignerEnrollment": _("Designers"),
        "ObserverEnrollment": _("Observers"),
        "StudentEnrollment": _("Students"),
        "TaEnrollment": _("Teaching assistants"),
        "TeacherEnrollment": _("Teachers"),
        "active": _("active"),
        "concluded": _("concluded"),
        "courses": _("Course"),
        "deleted": _("deleted"),
        "inactive": _("inactive"),
        "invited": _("invited"),
        "outcomes": _("Outcome"),
        "rejected": _("rejected"),
        "users": _("Person"),
    }.get(choice, choice)


def state_of(state: str) -> tuple[str, str]:
    """How a run stands: in words, and the kind of badge for it."""
    return {
        "created": (_("Waiting"), ""),
        "running": (_("Being made"), "accent"),
        "compiling": (_("Being made"), "accent"),
        "complete": (_("Ready"), "good"),
        "error": (_("Failed"), "bad"),
        "aborted": (_("Stopped"), "warn"),
    }.get(state, (state, ""))
