"""A picture as pages show it: decoded, bounded, upright, without metadata, encoded anew as WebP.

Nothing of the file itself is served: whatever hides in one does not get through (Pillow).
"""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from ledger.shop.limits import PICTURE_BYTES, PICTURE_FILE_BYTES, PICTURE_PIXELS

# Further formats have decoders that are little looked at.
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITIES = (80, 65, 50)
_BROKEN = (OSError, SyntaxError, ValueError, EOFError)
_TOO_MANY = f"a picture of at most {PICTURE_PIXELS} pixels"


class NotAPicture(Exception):
    """These bytes cannot be shown. The text says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPicture:
    """What pages show. Both hashes are SHA-256: of `content`, and of the file it was made of."""

    hash: str
    source: str
    width: int
    height: int
    content: bytes


def read_picture(file: bytes, *, within: tuple[int, int], least: int) -> ReadPicture:
    """A picture no larger than `within` (pixels); raises `NotAPicture`.

    `least`: how many pixels its shorter side must have.
    """
    if len(file) > PICTURE_FILE_BYTES:
        raise NotAPicture(f"a file of at most {PICTURE_FILE_BYTES} bytes")
    image = _upright(file)
    if min(image.size) < least:
        raise NotAPicture(f"a picture of at least {least} pixels on each side")
    image.thumbnail(within, Image.Resampling.LANCZOS)
    content = _encoded(image)
    return ReadPicture(
        hash=sha256(content).hexdigest(),
        source=sha256(file).hexdigest(),
        width=image.width,
        height=image.height,
        content=content,
    )


def _upright(file: bytes) -> Image.Image:
    """The first frame in the colours of the web. Its size is looked at before it is decoded."""
    try:
        with Image.open(BytesIO(file), formats=_FORMATS) as opened:
            if opened.width * opened.height > PICTURE_PIXELS:
                raise NotAPicture(_TOO_MANY)
            turned = ImageOps.exif_transpose(opened)
            return _in_srgb(turned)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(_TOO_MANY) from error
    except _BROKEN as error:
        right = f"a picture ({', '.join(_FORMATS)}) that can be read to its end"
        raise NotAPicture(right) from error


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile and image.mode in ("RGB", "RGBA"):
        try:
            known = ImageCms.ImageCmsProfile(BytesIO(profile))
            return ImageCms.profileToProfile(
                image, known, ImageCms.createProfile("sRGB"), outputMode=mode
            ) or image.convert(mode)
        except ImageCms.PyCMSError:
            pass  # a profile that nobody understands changes nothing
    return image.convert(mode)


def _encoded(image: Image.Image) -> bytes:
    """Its pixels alone: `clean` has neither profile nor notes of whoever took it."""
    clean = Image.frombytes(image.mode, image.size, image.tobytes())
    for quality in _QUALITIES:
        file = BytesIO()
        clean.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= PICTURE_BYTES:
            return file.getvalue()
    raise NotAPicture(f"a picture that fits into {PICTURE_BYTES} bytes, with less detail in it")
