-- Which projections are being rebuilt, while somebody holds the lock of rebuilds.
select relname::text
from pg_class
where relnamespace = 'rebuild'::regnamespace and relkind = 'r'
    and exists (
        select from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
            and database = (select oid from pg_database where datname = current_database())
            and (classid::bigint << 32 | objid::bigint)
                = hashtextextended('stampledger views rebuild', 0)
    )
order by relname
