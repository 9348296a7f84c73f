"""Which pictures are explained next, and what becomes of those whose worker died."""

from collections import deque
from dataclasses import dataclass

from .json_paths import path_fields


@dataclass(frozen=True)
class Picture:
    number: int  # in the order of the inputs
    image: str  # path to open
    name: str  # path of its outputs below the output folder
    truth: int | str | None = None  # its true class

    def request(self) -> dict:
        """What `gradcam worker` is asked."""
        request = {"id": self.number, **path_fields("image", self.image),
                   **path_fields("name", self.name)}
        return request if self.truth is None else {**request, "class": self.truth}


class WorkQueue:
    """Hands out pictures in order, a batch at a time.

    When a worker dies, nobody knows which of the pictures it had killed it. They are handed out once
    more, each alone and in the order of the inputs, and the one whose worker dies again is given up.
    """

    LARGEST_BATCH = 32
    BATCHES_AHEAD = 2  # at a worker, so that it does not wait for the scheduler

    def __init__(self, pictures: list[Picture], workers: int):
        self._pictures = pictures
        self._next = 0
        self._suspects: deque[Picture] = deque()
        # Batches become smaller towards the end, so that all workers end at about the same time.
        self._shares = 4 * workers

    def __len__(self) -> int:
        """Pictures that are not handed out."""
        return len(self._pictures) - self._next + len(self._suspects)

    @property
    def has_suspects(self) -> bool:
        return bool(self._suspects)

    def take(self, is_idle: bool) -> list[Picture]:
        """For a worker, which is idle or has others at work. May be empty."""
        if self._suspects:
            return [self._suspects.popleft()] if is_idle else []
        left = len(self._pictures) - self._next
        size = min(self.LARGEST_BATCH, max(1, left // self._shares), left)
        self._next += size
        return self._pictures[self._next - size:self._next]

    def put_back(self, pictures: list[Picture], were_suspects: bool) -> list[Picture]:
        """Their worker died. Returns those that are given up."""
        if were_suspects:
            return pictures
        # A worker's batches come back in any order.
        suspects = [*self._suspects, *pictures]
        self._suspects = deque(sorted(suspects, key=lambda picture: picture.number))
        return []
