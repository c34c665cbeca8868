-- Whether a message was erased by itself, or a stream that was told by it.
select exists (select from ledger.stamps where stream = $2 and type = 'ERASED') or exists (
    select from ledger.stamps as erased
    join ledger.stamps as told on told.stream = erased.stream
    where erased.type = 'ERASED' and position(convert_to($1::text, 'UTF8') in told.state) > 0
)
