-- One payment at a provider is money of one order, or of one case (law 3). `holder` is the
-- correlation id of a payment attempt, or a case. What stands in the ledger is claimed by the first.

create table ledger.payments (
    payment uuid primary key,
    holder uuid not null,
    position bigint not null
);
create trigger append_only before update or delete or truncate on ledger.payments
    for each statement execute function ledger.refuse_change();

-- The JSON of a stamp, for this and for the auditor: behind schema version, length of the sealed part, and that part.
create function ledger.told_by(state bytea) returns jsonb language plpgsql immutable as $$
declare
    sealed bigint;
begin
    sealed := get_byte(state, 2)::bigint << 24 | get_byte(state, 3) << 16
        | get_byte(state, 4) << 8 | get_byte(state, 5);
    return convert_from(substring(state from (7 + sealed)::int), 'UTF8')::jsonb;
exception when others then
    return null; -- the auditor tells of what cannot be read
end
$$;

insert into ledger.payments (payment, holder, position)
select distinct on (1)
    encode(substring(sha256(convert_to(
        (came.told ->> 'provider') || E'\n' || account || E'\n' || reference, 'UTF8'
    )) from 1 for 16), 'hex')::uuid,
    came.correlation_id, came.position
from (
    select position, type, correlation_id, ledger.told_by(state) as told
    from ledger.stamps where type in ('PAID', 'PAYMENT_ASSIGNED')
) as came
left join ledger.stamps as asked
    on asked.correlation_id = came.correlation_id
    and asked.type = 'CREATE_PAYMENT_REQUEST' and asked.occurrence = '1'
cross join lateral (
    select
        coalesce(came.told ->> 'account', ledger.told_by(asked.state) ->> 'account') as account,
        coalesce(came.told ->> 'payment_reference', came.told ->> 'provider_reference') as reference
) as named
where came.told ->> 'provider' <> 'manual' and account is not null and reference <> ''
order by 1, came.position;
