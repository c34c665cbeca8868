-- Sealed parts whose data key is gone though nobody erased it, or is another stream's.
-- A stored stamp begins with two bytes of schema and four of length; its sealed part, if it has one,
-- with a byte of format and sixteen that name the key.
with sealed as (
    select stream, encode(substring(state from 8 for 16), 'hex')::uuid as key_id,
        min(position) as position
    from ledger.stamps
    where position <= $1 and correlation_id is not null and octet_length(state) >= 23
      and substring(state from 3 for 4) <> decode('00000000', 'hex')
    group by 1, 2
)
select sealed.position, sealed.stream, data_keys.subject
from sealed
left join keys.data_keys on data_keys.key_id = sealed.key_id
where data_keys.subject <> sealed.stream
   or (data_keys.subject is null and not exists (
       select from ledger.stamps as erased
       where erased.stream = sealed.stream and erased.type = 'ERASED'
   ))
order by sealed.position
