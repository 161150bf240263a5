-- Who did what to which case, and when (Unix milliseconds): ids alone, nothing of a
-- message's text. It outlives its case, so it refers to it by values and not by a key.
create table audit (
    at      bigint not null,
    team    text   not null,
    channel text   not null,
    ts      text   not null,                -- the message that the case answers
    case_id text   not null,
    user_id text   not null,                -- '' is nobody, or somebody who was forgotten
    action  text   not null,                -- tick, untick, choose, resolve, reopen, post, delete, forget
    article text   not null,                -- of tick, untick, post and choose; '' is back to the question
    step    text   not null                 -- of tick and untick
);
create index audit_at on audit (at);

-- When a case last changed: what is kept for how long counts from here. 0 is written
-- by a bot of the version before: then it counts from opened_at.
alter table cases add column changed_at bigint not null default 0;
create index cases_opened on cases (opened_at);
