"""What becomes of a picture's file: pixels, and nothing else of it."""

from hashlib import sha256
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image

from adapters.shop_file.picture_encoder import NotAPicture, read_picture
from ledger.shop.limits import PICTURE_BYTES, PICTURE_FILE_BYTES

MOST = (1280, 1280)


def file_of(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def a_photo(size: tuple[int, int] = (800, 400), **more: Any) -> bytes:
    return file_of(Image.linear_gradient("L").resize(size).convert("RGB"), **more)


def test_it_is_encoded_anew_and_no_larger_than_pages_show_it():
    file = a_photo((2600, 1300))
    read = read_picture(file, within=MOST, least=320)
    assert (read.width, read.height) == (1280, 640)
    assert read.hash == sha256(read.content).hexdigest()
    assert read.source == sha256(file).hexdigest()
    with Image.open(BytesIO(read.content)) as again:
        assert (again.format, again.size) == ("WEBP", (1280, 640))


def test_the_same_file_is_the_same_picture():
    assert read_picture(a_photo(), within=MOST, least=320) == read_picture(
        a_photo(), within=MOST, least=320
    )


def test_where_and_with_what_it_was_taken_is_told_to_nobody():
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825)[2] = (60.0, 10.0, 0.0)
    file = a_photo(exif=exif, comment=b"secret remark")
    assert b"Secret camera" in file
    read = read_picture(file, within=MOST, least=320)
    assert b"ecret" not in read.content
    with Image.open(BytesIO(read.content)) as again:
        assert not again.getexif()
        assert "icc_profile" not in again.info


def test_a_picture_that_lies_on_its_side_stands_up():
    exif = Image.Exif()
    exif[0x0112] = 6
    read = read_picture(a_photo((800, 400), exif=exif), within=MOST, least=320)
    assert (read.width, read.height) == (400, 800)


def test_what_is_transparent_stays_so():
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    read = read_picture(file_of(image, "PNG"), within=MOST, least=320)
    with Image.open(BytesIO(read.content)) as again:
        assert again.convert("RGBA").getchannel("A").getextrema() == (0, 0)


def test_what_does_not_fit_into_its_bytes_is_refused():
    noise = Image.frombytes("RGB", (1280, 1280), Random(1).randbytes(1280 * 1280 * 3))
    with pytest.raises(NotAPicture, match=f"fits into {PICTURE_BYTES} bytes"):
        read_picture(file_of(noise, quality=95), within=MOST, least=320)


def a_bomb(side: int) -> bytes:
    """Few bytes that say that they are very many pixels."""
    return file_of(Image.new("1", (side, side)), "PNG")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("file", "right"),
    [
        (b"", "that can be read to its end"),
        (b"GIF89a" + bytes(100), "JPEG, PNG, WEBP"),
        (SVG, "JPEG, PNG, WEBP"),
        (a_photo()[:-400], "that can be read to its end"),
        (b"\xff\xd8\xff\xe0" + bytes(5000), "that can be read to its end"),
        (a_photo((100, 400)), "at least 320 pixels"),
        (a_bomb(8_000), "at most 50000000 pixels"),
        (a_bomb(12_000), "at most 50000000 pixels"),
        (bytes(PICTURE_FILE_BYTES + 1), f"at most {PICTURE_FILE_BYTES} bytes"),
    ],
    ids=["empty", "gif", "svg", "cut", "rubbish", "small", "bomb", "larger bomb", "large"],
)
def test_what_is_no_picture_is_refused_with_what_would_be(file: bytes, right: str):
    with pytest.raises(NotAPicture, match=right):
        read_picture(file, within=MOST, least=320)
