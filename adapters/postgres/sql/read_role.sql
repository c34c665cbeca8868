-- Who may more than append: a superuser, or an owner (or a member of one), who can disable triggers.
select
    current_user::text,
    (select rolsuper from pg_roles where rolname = current_user),
    pg_has_role(current_user, relowner, 'usage')
from pg_class
where oid = to_regclass('ledger.stamps')
