-- Orders by number, payment reference, keyed e-mail, identifier, or what a provider calls their money.
select stream from views.order_pages
where ($6::text is null or shop = $6)
    and (
        number = $1::bigint
        or payment_reference = $2::text
        or email_index = $3::text
        or stream = $4::uuid
        or stream in (select references_.stream from views.provider_references as references_
            where references_.reference = $2)
    )
order by placed_at desc, stream
limit $5
