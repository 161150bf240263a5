-- What the first version of the bot wrote and asked, with values in it, for a case
-- that is called CASE here: opened, extended, clicked on, posted, rendered. A
-- database that a later version migrated must still take it, because during a
-- rollout both versions run.
select id from cases where team = 'T1' and channel = 'C1' and ts = 'CASE';
select i.case_id, i.n, i.chosen, o.article
    from cases c
    join items i on i.case_id = c.id
    join options o on o.case_id = i.case_id and o.item = i.n
    where c.team = 'T1' and c.channel = 'C1' and c.thread = 'CASE' and c.reply_state <> 'given_up'
    order by i.case_id, i.n;
insert into cases (id, team, channel, ts, thread, opened_at, rev, state, state_by, state_at,
        reply_state, reply_id, reply_at, reply_ts, reply_rev, reply_error)
    values ('CASE', 'T1', 'C1', 'CASE', 'CASE', 1790000000000, 1, 'open', '', 0, 'waiting', '', 0, '', 0, '')
    on conflict (team, channel, ts) do nothing;
insert into items (case_id, n, kind, why, chosen) values ('CASE', 0, 'match', 'it says 401', '');
insert into revisions (id, body) values ('r401', '{"status":401}') on conflict do nothing;
insert into options (case_id, item, n, article, revision) values ('CASE', 0, 0, '401/ACCESS_DENIED', 'r401');
select team, channel, ts, thread, opened_at, rev, state, state_by, state_at,
    reply_state, reply_id, reply_at, reply_ts, reply_rev, reply_error
    from cases where id = 'CASE';
select i.n, i.kind, i.why, i.chosen, o.article, o.revision, r.body
    from items i
    left join options o on o.case_id = i.case_id and o.item = i.n
    left join revisions r on r.id = o.revision
    where i.case_id = 'CASE'
    order by i.n, o.n;
select article, step, user_id, at from ticks where case_id = 'CASE' order by at, article, step;
update cases set reply_state = 'sending', reply_id = 'random', reply_at = 1790000000001
    where id = 'CASE' and (reply_state = 'waiting' or reply_state = 'sending' and reply_id = 'random');
update cases set reply_state = 'posted', reply_ts = '1.5', reply_rev = 1 where id = 'CASE';
select coalesce(max(n), -1) + 1 from items where case_id = 'CASE';
delete from items where case_id = 'CASE'
    and not exists (select 1 from options o where o.case_id = items.case_id and o.item = items.n);
insert into items (case_id, n, kind, why, chosen) values ('CASE', 1, 'match', 'it says 401, too', '401/ACCESS_DENIED');
insert into options (case_id, item, n, article, revision) values ('CASE', 1, 0, '401/ACCESS_DENIED', 'r401');
update cases set rev = rev + 1, state = 'open', state_by = '' where id = 'CASE';
update cases set rev = rev where id = 'CASE';
update items set chosen = '401/ACCESS_DENIED' where case_id = 'CASE' and n = 0;
insert into ticks (case_id, article, step, user_id, at) values ('CASE', '401/ACCESS_DENIED', 'role', 'U1', 1790000000002);
delete from ticks where case_id = 'CASE' and article = '401/ACCESS_DENIED' and step = 'other';
update cases set state = 'resolved', state_by = 'U1', state_at = 1790000000003 where id = 'CASE';
update cases set rev = rev + 1 where id = 'CASE';
update cases set reply_rev = 3 where id = 'CASE' and reply_rev < 3;
select id from cases where reply_rev < rev and reply_state <> 'given_up' order by opened_at;
update cases set reply_state = 'given_up', reply_error = 'is_archived' where id = 'none';
delete from cases where id = 'none';
