-- When a token was last used, to the minute: what nobody uses can be revoked.
alter table working.tokens add column last_used_at timestamptz;
