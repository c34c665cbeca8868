-- What a worker looks at in place of many reactors: how far the ledger is and how far its rows,
-- and for which of them the time of anything has come. Who acts on it looks again by itself.
-- `$2`: what was asked, returned or opened since then is still in the hands of who began with it.
with due (name, holds) as (
    values
        ('inbox', exists (select from working.inbox_marks where state = 'waiting')),
        ('timeouts', exists (select from views.unpaid where due_at <= $1)),
        ('waiting_list', exists (select from views.waiting_list where look_at <= $1)),
        ('places', exists (select from views.waiting_list where look_at <= $1)),
        ('mailings', exists (select from views.mailings where state = 'running')),
        ('captures', exists (select from views.reservations where due_at <= $1)),
        ('captures', exists (select from views.open_intents where requested_at <= $2)),
        ('payments', exists (select from views.open_intents where requested_at <= $2)),
        ('returns', exists (select from views.cases where returning_since <= $2)),
        ('alarms', exists (select from views.cases where alarming and opened_at <= $2)),
        ('letters', exists (
            select from views.outbox
            where state <> 'sent' and not permanent and (owed or state = 'started')
        )),
        ('promises', exists (select from views.order_pages where refund_pending > 0)),
        ('people_vouchers', exists (select from views.grantees where work_due_at <= $1)),
        ('grant_letters', exists (select from views.grantees where letter_due)),
        ('vouchers_over', exists (select from views.vouchers where over_at <= $1))
)
select
    coalesce((select max(last_position) from ledger.commits), 0),
    coalesce((
        select position from views.steps where owner = 'projections' order by number desc limit 1
    ), 0),
    array(select distinct name from due where holds)
