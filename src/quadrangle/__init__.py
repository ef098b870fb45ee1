"""Quadrangle: a campus server for course pages and ePortfolios."""

from typing import Final

__version__: Final = "0.1.0"
