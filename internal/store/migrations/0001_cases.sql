-- An article as it was when a case was opened with it. Stored once per
-- content; cases refer to it, so that old buttons work whatever became of the
-- file since.
create table revisions (
    id   text primary key,
    body text not null
);

-- One report being worked through in one thread, and where its reply stands.
-- Times are Unix milliseconds; ids, channels and timestamps are Slack's.
create table cases (
    id          text   primary key,
    team        text   not null,
    channel     text   not null,
    ts          text   not null,            -- the message that is answered
    thread      text   not null,            -- the thread of the reply; '' is the channel itself
    opened_at   bigint not null,
    rev         bigint not null,            -- counts the states that the reply has to show
    state       text   not null,            -- open, resolved
    state_by    text   not null,
    state_at    bigint not null,
    reply_state text   not null,            -- waiting, sending, posted, given_up
    reply_id    text   not null,            -- random; stands in the reply's metadata
    reply_at    bigint not null,            -- when sending began
    reply_ts    text   not null,
    reply_rev   bigint not null,            -- the rev that the reply shows; 0 is none
    reply_error text   not null,            -- Slack's error code when it was given up
    unique (team, channel, ts)
);
create index cases_thread on cases (team, channel, thread);
create index cases_unfinished on cases (opened_at) where reply_rev < rev;

-- One error that the reply speaks about.
create table items (
    case_id text not null references cases (id) on delete cascade,
    n       int  not null,
    kind    text not null,
    why     text not null,
    chosen  text not null,                  -- an option's article; '' is a question still
    primary key (case_id, n)
);

-- The articles that an item offers, best first.
create table options (
    case_id  text not null references cases (id) on delete cascade,
    item     int  not null,
    n        int  not null,
    article  text not null,
    revision text not null references revisions (id),
    primary key (case_id, item, n)
);

-- Who marked which step of which article as done, and when.
create table ticks (
    case_id text   not null references cases (id) on delete cascade,
    article text   not null,
    step    text   not null,
    user_id text   not null,
    at      bigint not null,
    primary key (case_id, article, step)
);
