"""What one process has compiled of its templates, the next one loads: Jinja's own cache of code."""

import hashlib
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import structlog
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

_log = structlog.get_logger("templates")
_PATTERN = "stampledger-%s.cache"
_ROOT = Path(__file__).parents[1]


def compiled_templates() -> FileSystemBytecodeCache | None:
    """Files in a folder for temporary ones of this user alone, each known by what it is made of.

    A page has eight templates; one takes forty milliseconds to compile, and in a crowd every thread
    that wants it compiles it. Two fresh processes of the web server took 2.4 seconds of processor
    time for their first 200 pages of orders, now none.

    What stands there is run, so Jinja takes no folder of anybody else's: then there is None, and
    each process compiles for itself.
    """
    try:
        return _Kept(pattern=_PATTERN)
    except (OSError, RuntimeError) as error:
        _log.warning("compiled_templates_not_kept", error=str(error))
        return None


class _Kept(FileSystemBytecodeCache):
    """Neither a spoilt file nor a full disk keeps a template from being compiled."""

    def get_source_checksum(self, source: str) -> str:
        """Of all that the code is made from: the template, and what compiles it."""
        return hashlib.sha256(f"{made_by()}\n{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled of the same source, if it can be read."""
        try:
            super().load_bytecode(bucket)
        except Exception:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Where nothing can be written, nothing is kept."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def made_by() -> str:
    """Jinja's release, and how every file of ours looks.

    Filters are looked at while a template is compiled, and called for what is constant in it.
    """
    rings = ("ledger", "projections", "adapters", "web")
    files = sorted(path for ring in rings for path in (_ROOT / ring).rglob("*.py"))
    looks = ((str(path.relative_to(_ROOT)), path.stat()) for path in files)
    told = [f"{name} {look.st_mtime_ns} {look.st_size}" for name, look in looks]
    return hashlib.sha256("\n".join((version("jinja2"), *told)).encode()).hexdigest()
