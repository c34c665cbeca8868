-- What is done stays done.
update working.inbox_marks
set state = $2,
    attempts = attempts + 1,
    last_error = $3,
    done_at = case when $2 = 'done' then now() end
where inbox_id = $1 and state <> 'done'
