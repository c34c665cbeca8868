delete from working.staff_recovery_codes where member = $1
