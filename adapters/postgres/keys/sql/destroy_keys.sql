-- With the stamp ERASED: the keys of its stream, and of the messages that the stream was told by.
delete from keys.data_keys
where subject = any($1::uuid[])
   or subject in (
       select inbox.id
       from ledger.stamps
       cross join lateral regexp_matches(encode(stamps.state, 'escape'), '[0-9a-f]{64}', 'g') as named
       join ledger.inbox on inbox.evidence_hash = named[1]
       where stamps.stream = any($1::uuid[])
   )
