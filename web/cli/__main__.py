"""`python -m web.cli`: the same as the `stampledger` command."""

from web.cli.main import main

main()
