"""The pictures that a shop file names: files beside it, read as pages will show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from adapters.shop_file.fields import Key, Reading, text, texts
from adapters.shop_file.picture_encoder import NotAPicture, read_picture
from adapters.shop_file.strict_yaml import Place
from ledger.shop.limits import LOGO_SIDE, PICTURE_FILE_BYTES, PICTURE_SIDE
from ledger.shop.stamps import Picture

PICTURE: Mapping[str, Key] = {
    "file": Key(text, "", needed=True),
    "alt": Key(texts, {}, needed=True),
}
_SIDES = {"picture": PICTURE_SIDE, "logo": LOGO_SIDE}


class NamedPictures(Protocol):
    """Where the pictures are that a file names, and the bytes of those that were read, by hash."""

    @property
    def found(self) -> Mapping[str, bytes]: ...

    def picture(self, file: Mapping[str, Any], name: str, reading: Reading) -> Picture | None: ...


@dataclass
class PicturesBeside:
    """What lies in the folder of a shop file. `found` grows with the bytes of each, by hash.

    Without a folder, as where the file came over the wire, no picture can be named.
    """

    folder: Path | None
    found: dict[str, bytes] = field(default_factory=dict)

    def picture(self, file: Mapping[str, Any], name: str, reading: Reading) -> Picture | None:
        """The picture of a key; None, and a fault where one was named that cannot be shown."""
        said = file[name]
        if said is None or not said["file"]:
            return None
        least, most = _SIDES[name]
        place: Place = (name, "file")
        try:
            read = read_picture(self._bytes(said["file"]), within=(most, most), least=least)
        except NotAPicture as error:
            reading.wrong(place, said["file"], str(error))
            return None
        self.found[read.hash] = read.content
        return Picture(
            hash=read.hash,
            source=read.source,
            width=read.width,
            height=read.height,
            alt=said["alt"],
        )

    def _bytes(self, name: str) -> bytes:
        """Of a file beside the shop file, or below; nothing else of the machine can be named."""
        path = PurePosixPath(name)
        if self.folder is None or path.is_absolute() or ".." in path.parts or "\0" in name:
            raise NotAPicture("the name of a file beside this one, such as winterfest.jpg")
        try:
            with (self.folder / path).open("rb") as file:
                return file.read(PICTURE_FILE_BYTES + 1)
        except OSError as error:
            raise NotAPicture(f"a file beside this one ({error.strerror})") from error
