-- Where the claims of payments are not those that the stamps give: for the auditor. A claim stands
-- at the end of its commit, or at its stamp if it was made for an older ledger; that of a case
-- which kept its payment from every order stands where the case was opened.
with counted as (
    select distinct on (payment) counted_at, counted_in, payment, holder
    from ledger.counted_payments()
    order by payment, counted_at
),
kept_since as (
    select claim.payment, opened.position
    from ledger.payments as claim
    join ledger.stamps as opened on opened.stream = claim.holder and opened.type = 'CASE_OPENED'
    cross join lateral (select ledger.told_by(opened.state) as told) as case_
    where claim.payment = ledger.payment_id(
        case_.told ->> 'provider', case_.told ->> 'account', case_.told ->> 'payment_reference'
    )
),
-- With its index gone, a claim may stand twice.
claim as (
    select *, row_number() over (partition by payment order by position) as nth
    from ledger.payments
),
compared as (
    select
        coalesce(counted.counted_at, claim.position) as position,
        coalesce(counted.counted_in, beside.stream) as stream,
        case
            when claim.payment is null then 'missing'
            when claim.nth > 1 then 'extra'
            when counted.payment is null and kept_since.payment is null then 'extra'
            when counted.holder <> claim.holder then 'changed'
            when claim.position not in (
                coalesce(counted.counted_at, 0),
                coalesce(counted_commit.ends_at, 0),
                coalesce(kept_commit.ends_at, 0)
            ) then 'changed'
        end as fault
    from counted
    full join claim on claim.payment = counted.payment
    left join kept_since on kept_since.payment = claim.payment
    left join ledger.stamps as beside on beside.position = claim.position
    left join lateral (
        select min(last_position) as ends_at from ledger.commits
        where last_position >= counted.counted_at
    ) as counted_commit on true
    left join lateral (
        select min(last_position) as ends_at from ledger.commits
        where last_position >= kept_since.position
    ) as kept_commit on true
)
select position, stream, fault from compared where fault is not null order by position, fault
