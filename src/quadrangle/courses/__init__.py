"""Courses, sections, enrollments, and what a person may do in a course. The public door of this noun."""

from quadrangle.courses.access import CourseStanding, Phase, phase_of, standing_in
from quadrangle.courses.acquaintance import (
    ASSOCIATED_ACCOUNT_IDS,
    Acquaintance,
    acquaintance,
    manages_details,
)
from quadrangle.courses.model import (
    STAFF_TYPES,
    STUDENT_TYPES,
    WIRE_TYPE,
    Course,
    Enrollment,
    EnrollmentFact,
    Section,
)
from quadrangle.courses.placement import (
    ACCOUNTS_TAUGHT_IN,
    COURSES_OF_EACH,
    OwnCourses,
    TaughtIn,
    all_rights,
    creates_courses,
    has_courses,
    has_courses_in_term,
    is_associated,
    is_template,
    own_course_places,
    reads_account,
    reads_terms,
    views_calendar,
)
from quadrangle.courses.rosters import PEOPLE_OF_COURSE, ClassKey, RosterKey, people_of_account
from quadrangle.courses.service import create_course, create_section, enroll
from quadrangle.courses.store import FACT_COLUMNS, CourseWithFacts, find_course
from quadrangle.courses.tables import course_sections, courses, enrollments

__all__ = [
    "ACCOUNTS_TAUGHT_IN",
    "ASSOCIATED_ACCOUNT_IDS",
    "COURSES_OF_EACH",
    "FACT_COLUMNS",
    "PEOPLE_OF_COURSE",
    "STAFF_TYPES",
    "STUDENT_TYPES",
    "WIRE_TYPE",
    "Acquaintance",
    "ClassKey",
    "Course",
    "CourseStanding",
    "CourseWithFacts",
    "Enrollment",
    "EnrollmentFact",
    "OwnCourses",
    "Phase",
    "RosterKey",
    "Section",
    "TaughtIn",
    "acquaintance",
    "all_rights",
    "course_sections",
    "courses",
    "create_course",
    "create_section",
    "creates_courses",
    "enroll",
    "enrollments",
    "find_course",
    "has_courses",
    "has_courses_in_term",
    "is_associated",
    "is_template",
    "manages_details",
    "own_course_places",
    "people_of_account",
    "phase_of",
    "reads_account",
    "reads_terms",
    "standing_in",
    "views_calendar",
]
