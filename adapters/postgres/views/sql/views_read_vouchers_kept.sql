-- Whose vouchers should be there at an event, and how often we saw them used.
select stream, provider_reference, uses from views.grantees
where place = 'pretix' and organizer = $1 and event = $2 and voucher in ('issued', 'used')
    and stream > $3
order by stream
limit $4
