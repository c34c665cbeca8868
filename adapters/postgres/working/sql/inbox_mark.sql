-- What is done stays done, of one message or of several. The commit does not wait for the disk: a mark that is lost has its
-- message interpreted once more, which stamps nothing new.
with hurry as (
    select set_config('synchronous_commit', 'off', true)
)
update working.inbox_marks
set state = $2,
    attempts = attempts + 1,
    last_error = $3,
    done_at = case when $2 = 'done' then now() end
from hurry
where inbox_id = any($1::uuid[]) and state <> 'done'
