#!/usr/bin/env python3
"""Makes the pictures of the image tests and, as NAME.ppm beside each, what Pillow decodes them to.

Written with Pillow 13; the files are checked in, so nothing needs this script to build or test.
"""

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent


def colourful(width: int, height: int) -> np.ndarray:
    """A smooth picture without any symmetry."""
    y, x = np.mgrid[0:height, 0:width]
    red = 250 * x / max(width - 1, 1)
    green = 240 * y / max(height - 1, 1)
    blue = 127 + 100 * np.sin(x / 5.0) * np.cos(y / 7.0)
    return np.dstack([red, green, blue]).astype(np.uint8)


def tiny() -> np.ndarray:
    """6 x 4 pixels: red counts columns in steps of 40, green rows in steps of 60, blue is 7."""
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[..., 0] = np.arange(6) * 40
    pixels[..., 1] = np.arange(4)[:, None] * 60
    pixels[..., 2] = 7
    return pixels


def write_expected(name: str, picture: Image.Image) -> None:
    picture.convert("RGB").save(HERE / f"{name}.ppm")


def exif_bytes(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def make_jpegs() -> None:
    picture = Image.fromarray(colourful(37, 26))
    grey = picture.convert("L")
    variants = {
        "jpeg_444": (picture, dict(subsampling=0, quality=90)),
        "jpeg_422": (picture, dict(subsampling=1, quality=85)),
        "jpeg_420": (picture, dict(subsampling=2, quality=75)),
        "jpeg_progressive": (picture, dict(progressive=True, quality=80)),
        "jpeg_grey": (grey, dict(quality=90)),
        "jpeg_cmyk": (cmyk(), dict(quality=90)),
    }
    for name, (image, options) in variants.items():
        image.save(HERE / f"{name}.jpg", **options)
        write_expected(name, Image.open(HERE / f"{name}.jpg"))
    ycck = as_ycck((HERE / "jpeg_cmyk.jpg").read_bytes())
    (HERE / "jpeg_ycck.jpg").write_bytes(ycck)
    write_expected("jpeg_ycck", Image.open(io.BytesIO(ycck)))


def cmyk() -> Image.Image:
    rgb = colourful(37, 26)
    black = (np.arange(37) * 6)[None, :].repeat(26, 0).astype(np.uint8)
    return Image.fromarray(np.dstack([255 - rgb, black]), "CMYK")


def as_ycck(jpeg: bytes) -> bytes:
    """The same data with an Adobe segment that says YCCK: other colours, but a valid file."""
    segment = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x02"
    start = jpeg.find(b"\xff\xee\x00\x0eAdobe")
    rest = jpeg[2:] if start < 0 else jpeg[2:start] + jpeg[start + 16 :]
    return jpeg[:2] + segment + rest


def make_oriented() -> None:
    """Files that ask for each orientation; all of them store the same pixels."""
    stored = Image.fromarray(colourful(24, 16))
    for orientation in range(1, 9):
        exif = exif_bytes(orientation)
        stored.save(HERE / f"exif_{orientation}.jpg", quality=95, subsampling=0, exif=exif)
        Image.fromarray(tiny()).save(HERE / f"exif_{orientation}.png", exif=exif)
        Image.fromarray(tiny()).save(HERE / f"exif_{orientation}.webp", lossless=True, exif=exif)
        write_tiff(f"exif_{orientation}.tif", tiny(), orientation)
    write_expected("exif_stored", Image.open(HERE / "exif_1.jpg"))


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def write_png(name: str, depth: int, colour: int, rows: list[bytes], size=None, **extra) -> None:
    width, height = size or (6, 4)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    for kind, body in extra.items():
        data += chunk(kind.encode(), body)
    data += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    (HERE / name).write_bytes(data + chunk(b"IEND", b""))


def make_pngs() -> None:
    rgb = tiny()
    wide = (rgb.astype(np.uint16) * 256 + 200).astype(">u2")  # a low byte that rounding would turn into one more
    write_png("png_rgb.png", 8, 2, [row.tobytes() for row in rgb])
    write_png("png_rgb16.png", 16, 2, [row.tobytes() for row in wide])
    write_png("png_grey.png", 8, 0, [row[:, 0].tobytes() for row in rgb])
    write_png("png_grey16.png", 16, 0, [row[:, 0].astype(">u2").tobytes() for row in wide])
    write_png("png_grey_alpha16.png", 16, 4,
              [np.dstack([row[:, 0], np.full(6, 99)]).astype(">u2").tobytes() for row in wide])
    write_png("png_grey2.png", 2, 0, [bytes([0b00011011, 0b11100100])[:2]] * 4)
    alpha = np.dstack([rgb, np.arange(24, dtype=np.uint8).reshape(4, 6) * 10])
    write_png("png_rgba.png", 8, 6, [row.tobytes() for row in alpha])
    palette = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7])
    write_png("png_palette.png", 2, 3, [bytes([0b00011011, 0b00010000])] * 4, PLTE=palette,
              tRNS=bytes([0, 128]))
    write_png("png_trns.png", 8, 2, [row.tobytes() for row in rgb],
              tRNS=struct.pack(">HHH", 0, 0, 7))
    write_interlaced()
    # 100,000 x 100,000 pixels in a few bytes.
    head = struct.pack(">IIBBBBB", 100000, 100000, 8, 2, 0, 0, 0)
    (HERE / "png_bomb.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) +
        chunk(b"IEND", b""))


def write_interlaced() -> None:
    """Adam7: the seven passes one after the other."""
    rgb = tiny()
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
              (0, 1, 1, 2)]
    raw = b""
    for x, y, step_x, step_y in passes:
        for row in rgb[y::step_y, x::step_x]:
            raw += b"\0" + row.tobytes() if row.size else b""
    head = struct.pack(">IIBBBBB", 6, 4, 8, 2, 0, 0, 1)
    (HERE / "png_interlaced.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) +
        chunk(b"IEND", b""))


def write_tiff(name: str, pixels: np.ndarray, orientation: int = 1, extra: int | None = None,
               big_endian: bool = False) -> None:
    """An uncompressed TIFF of one strip, with sample types that Pillow does not write."""
    order = ">" if big_endian else "<"
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    data = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    bits = struct.pack(f"{order}{channels}H", *[pixels.itemsize * 8] * channels)
    bits_at = 8 + len(data)
    entries = [
        (256, 3, 1, width), (257, 3, 1, height), (259, 3, 1, 1),
        (258, 3, channels, bits_at if channels > 2 else pixels.itemsize * 8),
        (262, 3, 1, 2 if channels > 2 else 1), (273, 4, 1, 8), (274, 3, 1, orientation),
        (277, 3, 1, channels), (278, 3, 1, height), (279, 4, 1, len(data)), (284, 3, 1, 1),
    ]
    if extra is not None:
        entries.append((338, 3, 1, extra))
    if pixels.dtype == np.float32:
        entries.append((339, 3, 1, 3))
    out = (b"MM\0*" if big_endian else b"II*\0") + struct.pack(order + "I", bits_at + len(bits))
    out += data + bits + struct.pack(order + "H", len(entries))
    for tag, kind, count, value in sorted(entries):
        if kind == 3 and count == 1:
            out += struct.pack(order + "HHIHH", tag, kind, count, value, 0)
        else:
            out += struct.pack(order + "HHII", tag, kind, count, value)
    (HERE / name).write_bytes(out + b"\0\0\0\0")


def make_others() -> None:
    rgb = tiny()
    picture = Image.fromarray(rgb)
    wide = rgb.astype(np.uint16) * 256 + 200
    alpha = np.full((4, 6), 128, np.uint8)
    picture.save(HERE / "bmp_rgb.bmp")
    picture.convert("P", palette=Image.Palette.ADAPTIVE).save(HERE / "bmp_palette.bmp")
    Image.fromarray(rgb[..., 0]).save(HERE / "bmp_grey.bmp")
    Image.fromarray(np.dstack([rgb, alpha])).save(HERE / "bmp_rgba.bmp")
    Image.fromarray(np.dstack([rgb, alpha])).save(HERE / "webp_rgba.webp", lossless=True,
                                                  exact=True)
    Image.fromarray(colourful(37, 26)).save(HERE / "webp_lossy.webp", quality=80)
    write_expected("webp_lossy", Image.open(HERE / "webp_lossy.webp"))
    picture.save(HERE / "webp_animated.webp", save_all=True,
                 append_images=[picture.rotate(180)], lossless=True)
    picture.save(HERE / "tiff_lzw.tif", compression="tiff_lzw")
    write_tiff("tiff_grey.tif", rgb[..., 0])
    write_tiff("tiff_rgb16.tif", wide)
    write_tiff("tiff_rgb16_exif6.tif", wide, orientation=6)
    write_tiff("tiff_rgb16_big_endian.tif", wide, orientation=6, big_endian=True)
    write_tiff("tiff_grey16.tif", wide[..., 0])
    write_tiff("tiff_rgba_unassociated.tif", np.dstack([rgb, alpha]), extra=2)
    write_tiff("tiff_float.tif", rgb[..., 0].astype(np.float32))
    picture.save(HERE / "pnm_p6.ppm")
    Image.fromarray(rgb[..., 0]).save(HERE / "pnm_p5.pgm")
    head = b"\n# a comment\n6 4\n"
    (HERE / "pnm_p6_16.ppm").write_bytes(b"P6" + head + b"65535\n" + wide.astype(">u2").tobytes())
    (HERE / "pnm_p5_10.pgm").write_bytes(
        b"P5" + head + b"1000\n" + (rgb[..., 0].astype(np.uint16) * 4).astype(">u2").tobytes())
    (HERE / "pnm_p5_4.pgm").write_bytes(b"P5\n2 1\n15\n" + bytes([15, 7]))
    (HERE / "pnm_p4.pbm").write_bytes(b"P4\n3 1\n" + bytes([0b10100000]))
    (HERE / "pnm_p3.ppm").write_bytes(b"P3\n2 1\n15\n15 0 7\n1 2 3\n")
    (HERE / "pnm_p2_10.pgm").write_bytes(b"P2\n2 1\n1000\n1000 500\n")


def make_transparent() -> None:
    """The tiny picture with the opacity 10 * pixel number, in every format that can hold it."""
    rgb = tiny()
    alpha = (np.arange(24, dtype=np.uint8) * 10).reshape(4, 6)
    rgba = np.dstack([rgb, alpha])
    Image.fromarray(rgba).save(HERE / "alpha.webp", lossless=True, exact=True)
    write_tiff("alpha.tif", rgba, extra=2)
    weighted = (rgb.astype(np.uint16) * alpha[..., None] + 127) // 255
    write_tiff("alpha_associated.tif", np.dstack([weighted.astype(np.uint8), alpha]), extra=1)
    write_bmp_with_masks("alpha.bmp", rgba)


def write_bmp_with_masks(name: str, rgba: np.ndarray) -> None:
    """Header version 4 with masks for all four channels, rows from bottom to top."""
    height, width = rgba.shape[:2]
    pixels = np.ascontiguousarray(rgba[::-1][..., [2, 1, 0, 3]]).tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, width, height, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    header += masks + b"BGRs" + bytes(48)
    start = 14 + len(header)
    (HERE / name).write_bytes(struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start) +
                              header + pixels)


def make_resampled_transparent() -> None:
    """Like make_resampled, for mode RGBA: four bytes a pixel."""
    rng = np.random.default_rng(8)
    out = bytearray()
    for source_size, target_size in [((31, 23), (7, 5)), ((31, 23), (64, 48)), ((9, 40), (9, 9))]:
        source = rng.integers(0, 256, (source_size[1], source_size[0], 4), dtype=np.uint8)
        source[rng.random(source.shape[:2]) < 0.3, 3] = 0
        source[rng.random(source.shape[:2]) < 0.3, 3] = 255
        for code, pillow_filter in enumerate((Image.Resampling.BICUBIC,
                                              Image.Resampling.BILINEAR)):
            result = Image.fromarray(source).resize(target_size, pillow_filter)
            out += struct.pack("<5i", *source_size, *target_size, code)
            out += source.tobytes() + np.asarray(result).tobytes()
    (HERE / "resampled_rgba.bin").write_bytes(bytes(out))


def make_resampled() -> None:
    """Every resize by Pillow of one noisy picture, whole and behind a crop, in one file."""
    rng = np.random.default_rng(7)
    filters = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
    cases = [
        ((31, 23), (7, 5)), ((31, 23), (64, 48)), ((31, 23), (31, 9)), ((31, 23), (13, 23)),
        ((31, 23), (1, 1)), ((1, 40), (9, 9)), ((40, 1), (9, 12)), ((1, 1), (5, 4)),
        ((2, 3), (29, 31)), ((97, 61), (32, 33)),
    ]
    out = bytearray()
    for source_size, target_size in cases:
        source = rng.integers(0, 256, (source_size[1], source_size[0], 3), dtype=np.uint8)
        # Hard black and white edges make the bicubic filter overshoot.
        source[rng.random(source.shape[:2]) < 0.5] = 255
        for name, pillow_filter in filters.items():
            result = Image.fromarray(source).resize(target_size, pillow_filter)
            out += struct.pack("<5i", *source_size, *target_size, 0 if name == "bicubic" else 1)
            out += source.tobytes() + np.asarray(result).tobytes()
    (HERE / "resampled.bin").write_bytes(bytes(out))


if __name__ == "__main__":
    make_jpegs()
    make_oriented()
    make_pngs()
    make_others()
    make_transparent()
    make_resampled()
    make_resampled_transparent()
