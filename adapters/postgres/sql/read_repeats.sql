-- The unique indexes forbid them: for the auditor, who does not believe in indexes.
with twice as (
    select
        position,
        row_number() over (
            partition by correlation_id, type, occurrence order by position
        ) as place
    from ledger.stamps
    where correlation_id is not null and position <= $1
),
came as (
    select position, correlation_id, ledger.told_by(state) as told
    from ledger.stamps
    where type in ('PAID', 'PAYMENT_ASSIGNED') and position <= $1
),
counted as (
    select
        came.position,
        came.correlation_id,
        first_value(came.correlation_id) over (
            partition by
                came.told ->> 'provider',
                coalesce(came.told ->> 'account', ledger.told_by(asked.state) ->> 'account'),
                coalesce(came.told ->> 'payment_reference', came.told ->> 'provider_reference')
            order by came.position
        ) as holder
    from came
    left join ledger.stamps as asked
        on asked.correlation_id = came.correlation_id
        and asked.type = 'CREATE_PAYMENT_REQUEST' and asked.occurrence = '1'
    where came.told ->> 'provider' <> 'manual'
        and coalesce(came.told ->> 'payment_reference', came.told ->> 'provider_reference') <> ''
)
select position from twice where place > 1
union
select position from counted where holder <> correlation_id
order by position
