"""Reports about what is not kept here, outcomes and external tools: they are offered, and find nothing.

Source: account-reports.md §4.4, §4.5.
"""

from collections.abc import Callable
from typing import Final

from quadrangle.reports.kinds import TERM, WITH_DELETED, Parameter, Part, ReportKind
from quadrangle.reports.scope import Scope

NONE_FOUND: Final = "No outcomes found"


def _nothing(header: str, instead: str | None = None) -> Callable[[Scope], list[Part]]:
    return lambda scope: [Part("", header.split(","), None, instead)]


_OUTCOME: Final = (
    "learning outcome friendly name,learning outcome points possible,learning outcome mastery score,learning outcome mastered,"
    "learning outcome rating,learning outcome rating points,account id,account name,enrollment state"
)
_BY_STUDENT: Final = (
    "student name,student id,student sis id,assignment title,assignment id,submission date,submission score,"
    "learning outcome name,learning outcome id,attempt,outcome score,course name,course id,course sis id,"
    f"section name,section id,section sis id,assignment url,{_OUTCOME}"
)
_RESULTS: Final = (
    "student name,student id,student sis id,assessment title,assessment id,assessment type,submission date,submission score,"
    "learning outcome name,learning outcome id,attempt,outcome score,assessment question,assessment question id,"
    f"course name,course id,course sis id,section name,section id,section sis id,assignment url,{_OUTCOME}"
)
_EXPORT: Final = (
    "vendor_guid,object_type,title,description,friendly_description,display_name,calculation_method,calculation_int,"
    "parent_guids,workflow_state,mastery_points,ratings"
)
_TOOLS: Final = (
    "context_type,context_id,account_name,course_name,tool_type_name,tool_type_id,tool_created_at,privacy_level,"
    "launch_url,custom_fields"
)
KINDS: Final = (
    ReportKind("lti_report_csv", "LTI Report", (WITH_DELETED,), _nothing(_TOOLS)),
    ReportKind("outcome_export_csv", "Outcome Export", (), _nothing(_EXPORT)),
    ReportKind(
        "outcome_results_csv",
        "Outcome Results",
        (
            TERM,
            Parameter(
                "order",
                "`users`, `courses` or `outcomes`: what comes first.",
                takes="one",
                choices=("users", "courses", "outcomes"),
            ),
            WITH_DELETED,
        ),
        _nothing(_RESULTS, NONE_FOUND),
    ),
    ReportKind(
        "student_assignment_outcome_map_csv",
        "Student Competency",
        (TERM, WITH_DELETED),
        _nothing(_BY_STUDENT, NONE_FOUND),
    ),
)
