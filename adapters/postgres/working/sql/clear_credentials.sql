delete from working.staff_credentials where member = $1
