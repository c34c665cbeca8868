-- The first stamp that names a kept message.
select position, stream from ledger.stamps
where position(convert_to($1::text, 'UTF8') in state) > 0
order by position
limit 1
