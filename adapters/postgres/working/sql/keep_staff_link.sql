insert into working.staff_links (member, link_hash, ends_at)
values ($1, $2, $3)
on conflict (member) do update set link_hash = excluded.link_hash, ends_at = excluded.ends_at
