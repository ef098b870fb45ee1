"""What only the person who runs the server can put right."""


class OperatorProblem(Exception):
    """The text says in plain words what is wrong; the command line prints it as one line and exits with 1."""
