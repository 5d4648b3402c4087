-- How long after it was sent a message without a receipt is reported, seconds; 0: never.
alter table line add column undelivered integer not null default 86400;
-- When a message is to be reported as undelivered, and when it was; NULL: it is not to
-- be, or a receipt came. What was sent before this step is not reported.
alter table outbox add column receipt_due integer;
alter table outbox add column undelivered integer;
create index outbox_receipt on outbox (line, receipt_due) where receipt_due is not null;
