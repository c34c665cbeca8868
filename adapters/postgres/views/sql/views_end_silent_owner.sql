-- An owner that is paused holds its lock and says nothing: end its session, and wait for that.
select pg_terminate_backend(pid, 2000)
from pg_locks
where locktype = 'advisory' and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and (classid::bigint << 32 | objid::bigint) = hashtextextended('stampledger views ' || $1, 0)
    and (
        select seen_at from views.steps where owner = $1 order by number desc limit 1
    ) < clock_timestamp() - $2 * interval '1 second'
