-- The invitation of a link; looking changes nothing.
select id, email_index, sealed, role, shop, language, invited_by, made_at
from working.staff_invitations
where code_hash = $1 and ends_at > $2
