"""`python -m tests.mutations [NAME…]` puts known bugs back; all without a name.

With `--random N [--seed S] [--in FILE…] [--processes P]` so many small bugs are made by the
machine, in the rules, and tried on the rules' own tests.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from tests.mutations import put_back
from tests.random_mutations import chosen, try_all


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="known bugs; all without a name")
    parser.add_argument("--random", type=int, metavar="N", help="so many mutants of the rules")
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same mutants")
    parser.add_argument("--in", dest="files", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--processes", type=int, default=2, metavar="P")
    asked = parser.parse_args(arguments)
    if asked.random is None:
        return put_back(asked.names)
    mutants = chosen(asked.random, seed=asked.seed, files=asked.files)
    return try_all(mutants, processes=asked.processes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
