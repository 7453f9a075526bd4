"""Photos from residents: known by their content, never by their name, and re-encoded before anything keeps them.

What comes out is a JPEG of pixels alone: where and when it was taken, the camera's number, the thumbnail and anything
hidden behind the picture are gone.
"""

import io
import threading
from functools import lru_cache

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LONGEST_SIDE = 2048
MOST_PIXELS = 80_000_000
QUALITY = 85
# A photo of the most pixels takes some 300 MB while it is open: two at a time.
_turns = threading.BoundedSemaphore(2)


class NotAPhoto(Exception):
    """What was sent is not a JPEG, PNG, HEIC or WebP picture that can be opened, or has far too many pixels."""


def prepare(content: bytes) -> bytes:
    """Return the photo as a JPEG, upright, at most 2,048 pixels a side, without metadata. Raises NotAPhoto.

    It takes up to a few seconds of a core: call it in a worker thread.
    """
    _support_heif()
    with _turns:
        try:
            return _encode(content)
        except Image.DecompressionBombError as error:
            raise NotAPhoto("too many pixels") from error
        except (
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            ArithmeticError,
            MemoryError,
            EOFError,
        ) as error:
            raise NotAPhoto(type(error).__name__) from error


def _encode(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        # Known from its header, before a pixel is unpacked.
        if picture.width * picture.height > MOST_PIXELS:
            raise NotAPhoto("too many pixels")
        small = _upright(picture)
    out = io.BytesIO()
    # A new picture of the same pixels: Pillow copies a comment or a colour profile of the old one.
    clean = Image.new("RGB", small.size)
    clean.paste(small)
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture small, turned as its camera says, on white where it was transparent."""
    see_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    # A JPEG is read at a fraction of its size where that is enough.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    turned = ImageOps.exif_transpose(picture).convert("RGBA" if see_through else "RGB")
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if see_through:
        paper = Image.new("RGBA", turned.size, "white")
        return Image.alpha_composite(paper, turned).convert("RGB")
    return turned


@lru_cache(maxsize=1)
def _support_heif() -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
