"""What ends a run."""


class RunError(Exception):
    """Nothing more can be done: a message of one line and perhaps a hint."""

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.hint = hint
