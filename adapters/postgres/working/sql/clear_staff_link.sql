delete from working.staff_links where member = $1
