-- Who works on a case's reply, and until when (Unix milliseconds) nobody else may.
-- A worker is a random id, a new one with each start of the bot; '' is nobody.
alter table cases add column worker      text   not null default '';
alter table cases add column lease_until bigint not null default 0;
