"""The one exception of the export: a sentence for the user and, where there is one, a next step."""


class ExportError(Exception):
    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def first_line(error: BaseException) -> str:
    """What a library's exception says, without the lines that follow."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
