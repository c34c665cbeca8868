delete from working.staff_links where link_hash = $1 and ends_at > $2 returning member
