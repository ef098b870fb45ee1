"""Courses, sections, enrollments, and what a person may do in a course. The public door of this noun."""

from quadrangle.courses.access import CourseStanding, Phase, phase_of, standing_in
from quadrangle.courses.model import (
    STAFF_TYPES,
    STUDENT_TYPES,
    WIRE_TYPE,
    Course,
    Enrollment,
    EnrollmentFact,
    Section,
)
from quadrangle.courses.service import create_course, create_section, enroll
from quadrangle.courses.store import FACT_COLUMNS, CourseWithFacts, find_course
from quadrangle.courses.tables import course_sections, courses, enrollments

__all__ = [
    "FACT_COLUMNS",
    "STAFF_TYPES",
    "STUDENT_TYPES",
    "WIRE_TYPE",
    "Course",
    "CourseStanding",
    "CourseWithFacts",
    "Enrollment",
    "EnrollmentFact",
    "Phase",
    "Section",
    "course_sections",
    "courses",
    "create_course",
    "create_section",
    "enroll",
    "enrollments",
    "find_course",
    "phase_of",
    "standing_in",
]
