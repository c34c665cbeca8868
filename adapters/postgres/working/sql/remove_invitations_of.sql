delete from working.staff_invitations where email_index = $1
