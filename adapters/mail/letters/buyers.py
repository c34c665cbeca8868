"""A letter to all buyers: the shop's own words, who writes, and how to get no more of them."""

from adapters.mail.letters.context import Occasion, about_order
from adapters.mail.letters.letter import Body


def buyers(at: Occasion) -> Body:
    """What the shop says is put into it by `own_words`; what surrounds it is ours."""
    shop = at.speech.of(at.order.terms.shop_name)
    address = unsubscribe_page(at)
    return Body(
        subject=at.say("A letter from %(shop)s", shop=shop),
        mark=at.say("From the shop"),
        tone="calm",
        heading=at.say("A letter from %(shop)s", shop=shop),
        paragraphs=(
            at.greeting(),
            at.say("%(seller)s writes to its customers.", seller=at.order.terms.seller.name),
        ),
        facts=about_order(at),
        notes=(at.contact(),),
        closing=[
            [
                [
                    (at.say("If you want no more news from %(shop)s:", shop=shop) + " ", ""),
                    (address, address),
                ]
            ]
        ]
        if address
        else (),
    )


def unsubscribe_page(at: Occasion) -> str:
    """Where news are declined; none in a letter that is about the order."""
    told = at.order.mailings.get(at.correlation_id)
    return f"{at.page}/news" if told and not told.about_order else ""
