-- What a second person is asked for is found without reading the ledger: few stamps of very many.
create index stamps_approvals on ledger.stamps (recorded_at) where type = 'APPROVAL_REQUESTED';
