-- The same of whom these words find: the first is walked through, the others are looked up.
select
    pages.stream, number, payment_reference, pages.shop, status, flags, currency, total, received,
    refund_pending, refunded, disputed, charged_back, version, pages.placed_at, language,
    email_index, products, position
from views.order_words as words
join views.order_pages as pages on pages.stream = words.stream
where words.word = $8::bigint
    and words.shop = any($1::text[])
    and (words.placed_at, words.stream) < ($2::timestamptz, $3::uuid)
    and words.placed_at >= $4::timestamptz
    and products @> $5::text[]
    and flags @> $6::text[]
    and ($10::text is null or status = $10)
    and not exists (
        select from unnest($9::bigint[]) as other (word)
        where not exists (
            select from views.order_words as beside
            where beside.word = other.word
                and beside.placed_at = words.placed_at
                and beside.stream = words.stream
        )
    )
order by words.placed_at desc, words.stream desc
limit $7
