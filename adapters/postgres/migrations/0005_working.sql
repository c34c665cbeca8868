-- What became of each inbox message. Mutable: the message itself is not.
create table working.inbox_marks (
    inbox_id uuid primary key references ledger.inbox (id),
    state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
    attempts integer not null default 0,
    last_error text,
    done_at timestamptz
);
create index inbox_marks_open on working.inbox_marks (state) where state <> 'done';
