delete from working.staff_recovery_codes where member = $1 and code_hash = $2 returning member
