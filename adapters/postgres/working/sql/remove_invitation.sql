delete from working.staff_invitations where id = $1 returning id
