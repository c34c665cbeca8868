"""Stamps about news to an address, each in a sentence for auditors."""

from typing import assert_never

from ledger.news.stamps import NewsAddressed, NewsDeclined, NewsStamp, NewsWanted


def of_news(one: NewsStamp) -> str:
    """What a stamp says."""
    match one:
        case NewsAddressed():
            return "A letter to all buyers goes to this address"
        case NewsDeclined():
            return "Wants no more news of the shop"
        case NewsWanted():
            return "Wants news of the shop again"
        case _:
            assert_never(one)
