-- The few values that an item took from its message: the name of a parameter, a
-- wait, a request id. Never the message's text.
create table details (
    case_id text not null,
    item    int  not null,
    n       int  not null,                  -- their order
    kind    text not null,
    name    text not null,
    value   text not null,
    primary key (case_id, item, n),
    foreign key (case_id, item) references items (case_id, n) on delete cascade
);
