"""What is told on stderr. File names may hold any character."""

import re
import sys

SPACES = re.compile(r"[ \t\r\n\v\f]+")
# Control characters, marks that turn text around, and bytes that are no UTF-8.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def say(text: str) -> None:
    print(f"gradcam_ray: {one_line(text)}", file=sys.stderr)


def say_hint(text: str) -> None:
    print(f"hint: {one_line(text)}", file=sys.stderr)


def one_line(text: str) -> str:
    """`text` fit for one line of a terminal, by the rule of gradcam's own messages: line breaks and
    tabs become one space, other characters that a terminal would obey U+FFFD."""
    joined = SPACES.sub(lambda spaces: " " if spaces[0].strip(" ") else spaces[0],
                        text.strip(" \t\r\n\v\f"))
    return UNPRINTABLE.sub("\ufffd", joined)
