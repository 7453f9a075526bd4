import io
import struct
import zlib

import pillow_heif
import pytest
from PIL import Image

from bot.photos import LONGEST_SIDE, NotAPhoto, prepare


def picture(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    made = Image.new(mode, size, "red" if mode == "RGB" else (255, 0, 0, 0))
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(content))
    found.load()
    assert found.format == "JPEG"
    return found


def with_place(turned: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "A camera with a name"
    exif[0x0112] = turned
    exif.get_ifd(0x8825)[2] = (52.0, 12.0, 0.0)
    return picture("JPEG", exif=exif, comment=b"taken at home")


def test_where_and_when_it_was_taken_is_gone() -> None:
    clean = prepare(with_place())
    assert not opened(clean).getexif()
    for secret in (b"camera", b"Exif", b"taken at home", b"GPS"):
        assert secret not in clean


def test_it_is_turned_as_the_camera_says() -> None:
    assert opened(prepare(with_place(turned=6))).size == (40, 60)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_usual_kinds_are_taken(kind: str) -> None:
    assert opened(prepare(picture(kind))).size == (60, 40)


def test_an_iphone_photo_is_taken() -> None:
    pillow_heif.register_heif_opener()
    assert opened(prepare(picture("HEIF", (64, 64)))).size == (64, 64)


def test_what_is_transparent_becomes_white() -> None:
    assert opened(prepare(picture("PNG", mode="RGBA"))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1"])
def test_other_ways_to_store_colours_are_taken(mode: str) -> None:
    made = Image.new("RGB", (50, 50), "red").convert(mode)
    out = io.BytesIO()
    made.save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(prepare(out.getvalue())).mode == "RGB"


def test_a_large_photo_is_made_smaller() -> None:
    assert max(opened(prepare(picture("JPEG", (4000, 1000)))).size) == LONGEST_SIDE


def huge_png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a photo",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        picture("GIF"),
        picture("TIFF"),
        picture("JPEG")[:200],
        picture("PNG")[:40],
        huge_png(),
    ],
    ids=["nothing", "text", "svg", "pdf", "gif", "tiff", "cut jpeg", "cut png", "bomb"],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPhoto):
        prepare(content)
