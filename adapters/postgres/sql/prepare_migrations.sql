-- Made before anything else, so that it can tell what was applied.
create table if not exists ledger.migrations (
    name text primary key,
    applied_at timestamptz not null default now()
)
