-- Shops are few, stamps are many: finding the shops must not grow with the ledger.
create index stamps_shops on ledger.stamps (position) where type = 'SHOP_OPENED';
