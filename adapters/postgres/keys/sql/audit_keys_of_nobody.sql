-- Data keys of neither a stream, nor a kept message, nor the ledger itself.
select subject
from keys.data_keys
where not exists (select from ledger.stamps where stamps.stream = data_keys.subject)
  and not exists (select from ledger.inbox where inbox.id = data_keys.subject)
  and not exists (select from ledger.identity where identity.id = data_keys.subject)
order by subject
