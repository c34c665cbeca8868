"""Where somebody goes on after signing in: a path of ours, never somebody else's site."""

import re
from urllib.parse import urlsplit

HOME = "/me"
_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%?&=+,:;@!$'()*-]{0,1000}")


def onward_path(wanted: str) -> str:
    """The path that was wanted, if it is one of ours; else the person's own page.

    >>> onward_path("/winterfest/checkout"), onward_path("//evil.example"), onward_path("/\\\\evil")
    ('/winterfest/checkout', '/me', '/me')
    """
    if not _PATH.fullmatch(wanted):
        return HOME
    split = urlsplit(wanted)
    return HOME if split.scheme or split.netloc else wanted
