select id, email_index, sealed, role, shop, language, invited_by, made_at
from working.staff_invitations
where ends_at > $1
order by made_at, id
