"""`python -m quadrangle` is `quad`."""

from quadrangle.cli import main

main()
