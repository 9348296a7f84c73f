"""What is to be measured."""

from dataclasses import dataclass
from pathlib import Path

from bench.networks import FOLDER, Network
from bench.pictures import make_many, make_pictures
from bench.program import Program, Variant

JPEG_SIZE = (500, 375)  # usual in ImageNet
SMALL_SIZE = (64, 48)
ORIGINALS = 16  # file systems allow some ten thousand names a file


@dataclass(frozen=True)
class Plan:
    program: Program
    networks: list[Network]
    rounds: int
    is_quick: bool
    folder_size: int
    precisions: list[str]

    def variants(self, **options: object) -> list[Variant]:
        return [Variant(precision, **options) for precision in self.precisions]

    def steady_pictures(self, network: Network) -> int:
        """For the shorter of two runs."""
        return network.pictures // 4 if self.is_quick else network.pictures


def jpegs(count: int) -> list[Path]:
    width, height = JPEG_SIZE
    return make_pictures(FOLDER / f"jpeg-{width}x{height}", count, width, height, ".jpg")


def small_jpegs(count: int) -> Path:
    """A folder of them, with its folders. There are few files, with many names."""
    width, height = SMALL_SIZE
    originals = make_pictures(FOLDER / f"jpeg-{width}x{height}", ORIGINALS, width, height, ".jpg")
    return make_many(FOLDER / f"small-{count}", originals, count)


def input_pictures(network: Network, count: int) -> list[Path]:
    """Of the network's own size, without loss, as every side sees the same numbers, and without
    compression: the program decodes them beside its network, the peers have theirs in memory."""
    side = network.side
    return make_pictures(FOLDER / f"bmp-{side}x{side}", count, side, side, ".bmp")
