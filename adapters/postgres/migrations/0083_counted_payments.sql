-- What a payment is called in the whole ledger, as `ledger.payment_claims.payment_id` gives it.
create function ledger.payment_id(provider text, account text, reference text)
returns uuid language sql immutable as $$
    select encode(substring(sha256(convert_to(
        provider || E'\n' || account || E'\n' || reference, 'UTF8'
    )) from 1 for 16), 'hex')::uuid
$$;

-- Each stamp that counts a payment as somebody's: an order's that has it or keeps it ready, or a
-- case's that sends it back. Told from the stamps alone (law 3). What is kept ready for an attempt
-- that was paid before is not taken any more; what nobody asked for breaks another law.
create function ledger.counted_payments()
returns table (counted_at bigint, counted_in uuid, payment uuid, holder uuid)
language sql stable as $$
    select
        named.position, named.stream,
        ledger.payment_id(named.provider, named.account, named.reference), named.holder
    from (
        select
            came.position, came.stream, came.correlation_id as holder,
            came.told ->> 'provider' as provider,
            coalesce(
                came.told ->> 'account', ledger.told_by(asked.state) ->> 'account'
            ) as account,
            coalesce(
                came.told ->> 'payment_reference', came.told ->> 'provider_reference'
            ) as reference
        from (
            select position, stream, correlation_id, ledger.told_by(state) as told
            from ledger.stamps as stamp
            where type in ('PAID', 'PAYMENT_ASSIGNED') or type = 'AUTHORIZED' and not exists (
                select from ledger.stamps as paid
                where paid.correlation_id = stamp.correlation_id and paid.type = 'PAID'
                    and paid.position < stamp.position
            )
        ) as came
        left join ledger.stamps as asked
            on asked.correlation_id = came.correlation_id
            and asked.type = 'CREATE_PAYMENT_REQUEST' and asked.occurrence = '1'
        union all
        select
            back.position, back.stream, back.stream,
            opened.told ->> 'provider',
            coalesce(opened.told ->> 'account', ''),
            opened.told ->> 'payment_reference'
        from ledger.stamps as back
        join lateral (
            select ledger.told_by(state) as told from ledger.stamps
            where stream = back.stream and type = 'CASE_OPENED'
            order by version limit 1
        ) as opened on true
        where back.type = 'CASE_RETURN_REQUESTED'
    ) as named
    where named.provider <> 'manual' and named.account is not null and named.reference <> ''
$$;

-- Claims were kept of payments that came only: what an older ledger keeps ready or sent back, too.
insert into ledger.payments (payment, holder, position)
select distinct on (counted.payment) counted.payment, counted.holder, counted.counted_at
from ledger.counted_payments() as counted
where not exists (select from ledger.payments as kept where kept.payment = counted.payment)
order by counted.payment, counted.counted_at;
