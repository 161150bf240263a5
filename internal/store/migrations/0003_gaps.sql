-- Errors that no article is about: what to write next. No text of a message, only
-- a status and what is written like a code. Times are Unix milliseconds.
create table gaps (
    status     int    not null,             -- HTTP status; 0 is none
    code       text   not null,             -- '' is none
    count      bigint not null,             -- how many messages had it
    first_seen bigint not null,
    last_seen  bigint not null,
    primary key (status, code)
);
create index gaps_last_seen on gaps (last_seen);

-- The messages that were counted lately: each is counted once, though it may be
-- delivered again, arrive as two events, or be edited.
create table gap_messages (
    message text   primary key,
    at      bigint not null
);
create index gap_messages_at on gap_messages (at);
