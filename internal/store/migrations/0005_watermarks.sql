-- How far each channel was read: what was written there later has to be looked for
-- in Slack when the bot comes back. ts and since are Slack's, in microseconds, so
-- that they compare as numbers; read_at and reading_until are Unix milliseconds.
create table watermarks (
    team          text   not null,
    channel       text   not null,
    ts            bigint not null,            -- every message up to it was read and, where it had to be, answered
    since         bigint not null,            -- what is older was written before the bot listened there
    read_at       bigint not null default 0,  -- the history was read up to what stood there then; 0 is never
    reading_until bigint not null default 0,  -- somebody is reading it, and nobody else should until then
    primary key (team, channel)
);

create index cases_open on cases (team, channel, opened_at) where state = 'open';
