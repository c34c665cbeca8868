-- Who came is not kept: a counter goes when its window is over. What was counted until here, under
-- hashes without a key, goes at once; everybody begins with a full allowance.
truncate working.rate_limits;
alter table working.rate_limits add column ends_at timestamptz not null default now() + interval '1 day';
create index rate_limits_over on working.rate_limits (ends_at);
