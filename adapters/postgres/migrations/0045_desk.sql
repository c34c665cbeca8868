-- What the worker needs to find among cases: alarms to raise, money on its way back, news whose
-- order may have turned up.
alter table views.cases
    add column evidence text,
    add column alarming boolean not null default false,
    add column returning_since timestamptz;
create index on views.cases (opened_at) where alarming;
create index on views.cases (returning_since) where returning_since is not null;
create index inbox_by_evidence on ledger.inbox (evidence_hash);
