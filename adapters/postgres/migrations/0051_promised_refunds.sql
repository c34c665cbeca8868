-- Few orders wait for a refund to settle at any time; they are found without reading the others.
create index on views.order_pages (number) where refund_pending > 0;
