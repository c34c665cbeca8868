-- What a worker at rest would look for: how far the ledger is, and whether the time of anything
-- has come. Who acts on it looks again by itself, with all that belongs to it.
-- `$2`: what was asked, returned or opened since then is still in the hands of who began with it.
select
    coalesce((select max(last_position) from ledger.commits), 0),
    exists (select from working.inbox_marks where state = 'waiting')
        or exists (select from views.unpaid where due_at <= $1)
        or exists (select from views.waiting_list where look_at <= $1)
        or exists (select from views.reservations where due_at <= $1)
        or exists (select from views.open_intents where requested_at <= $2)
        or exists (select from views.cases where returning_since <= $2)
        or exists (select from views.cases where alarming and opened_at <= $2)
        or exists (
            select from views.outbox
            where state <> 'sent' and not permanent and (owed or state = 'started')
        )
        or exists (select from views.order_pages where refund_pending > 0)
        or exists (select from views.grantees where work_due_at <= $1)
        or exists (select from views.grantees where letter_due)
