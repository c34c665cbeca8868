"""The sample shop is read by the hundred; its pictures are encoded once for all, which is slow."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def encode_once() -> None:
    """What comes of a picture follows from its pixels alone."""
    from adapters.shop_file import picture_encoder

    encoded = picture_encoder._encoded
    known: dict[tuple[str, tuple[int, int], bytes], bytes] = {}

    def once(image: "Image") -> bytes:
        pixels = (image.mode, image.size, image.tobytes())
        if pixels not in known:
            known[pixels] = encoded(image)
        return known[pixels]

    setattr(picture_encoder, "_encoded", once)  # noqa: B010 (a module's own is replaced)
