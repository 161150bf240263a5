// The page of the local Slack. It holds no truth of its own: it reads the state that the server
// has for one user, draws it, and reads again when the server says that something changed.
//
//   app.js       what is open, who acts, drawing as a whole, verbs       (this file)
//   messages.js  message lists         blocks.js   Block Kit             mrkdwn.js  text formats
//   composer.js  the message boxes     traffic.js  the traffic log       server.js  requests
//   dom.js       making elements       scroller.js the reader's place    emoji.js   a table
//   faults.js    what goes wrong on purpose
//
// The address keeps what is open: #C1 a channel, #C1/1700000000.000100 a thread in it; ?as=U1
// who acts, so that two tabs can be two people.
//
// Hooks for tests, kept stable:
//
//   #as-user                 select: whose eyes and hands; #as-user-faces holds a button per user [data-user-id]
//   [data-testid=connection] the bot's connection, with data-connected=true|false and data-sockets=N
//   [data-testid=channel]    a link per channel and direct message, with data-channel, data-kind, data-unread=N
//   #channel-name            the open channel's name
//   #messages, #thread-messages   the two lists; in both, per message:
//     [data-testid=message]  with data-ts, data-channel, data-user, data-thread-ts (in a thread),
//                            data-bot, data-ephemeral, data-edited (=true or absent)
//       [data-testid=author], app-badge, message-body, edited, only-you, file (data-file-id)
//       [data-block-type][data-block-id]            each block
//       [data-testid=block-button]                  with data-action-id, data-value; aria-busy=true while it waits
//       [data-testid=confirm-yes], confirm-no       an inline question that a button asks first
//       [data-testid=click-error]                   why a click failed
//       [data-testid=reply-bar]                     "2 replies", opens the thread
//       [data-testid=reply], edit, delete           the tools; edit-text, edit-save, edit-cancel
//   #thread                  the thread pane (hidden attribute when closed), with data-ts; #thread-close
//   #composer, #thread-composer                     the text fields; Enter sends
//     #composer-send, #composer-snippet-toggle, #composer-snippet-name, #composer-snippet-content,
//     #composer-snippet-send, #composer-completions (and the same with #thread-composer-…)
//     [data-testid=composer-error]                  why sending failed
//   [data-testid=example]    a button per example, with data-example-id
//   #not-member, #add-bot    the notice in a channel without the bot; #bot-membership removes it
//   #traffic-toggle, #traffic, [data-testid=traffic-entry] with data-n, data-kind, data-dir, data-name, data-status
//   #faults-toggle, #faults, [data-testid=fault-switch] with data-fault (a checkbox each),
//     [data-testid=fault-act] with data-act (a button each), [data-testid=fault-other] with data-id,
//     #faults-said             what came of it
//   #announcer               what is read out when a message arrives
//   body[data-rev]           the revision of the state that is drawn

import { h, icon, reconcile, setData } from "./dom.js";
import { asTyped } from "./mrkdwn.js";
import { avatar, displayName, isReply, listItems, outsider } from "./messages.js";
import { makeComposer } from "./composer.js";
import { makeScroller } from "./scroller.js";
import { makeTraffic } from "./traffic.js";
import { makeFaults } from "./faults.js";
import * as server from "./server.js";

const $ = (id) => document.getElementById(id);

const answerWithin = 5000; // ms that a clicked button waits for a change before it says so

const page = {
  state: undefined, // as GET /sim/state returns it
  names: { version: 0 }, // the directory of mrkdwn.js
  me: new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("as") ?? "",
  channel: "", // id of the open channel
  thread: "", // ts of the open thread's parent, or ""
  threadByItself: false, // nobody asked for the open thread
  newFrom: undefined, // what was read when the channel was opened
  editing: { channel: undefined, thread: undefined }, // ts of the message edited in each list
  justSent: new Set(), // ts of own messages whose first answer opens the thread
};

const composer = makeComposer({
  id: "composer",
  onSend: (text) => (text.startsWith("/") ? slash(text) : say(text)),
  onSnippet: (name, content) => act("snippet", { name, content, thread_ts: "" }),
  completions: () => ({ commands: page.state?.commands ?? [], people: mentionable() }),
});
$("composer-place").append(composer.element);

const threadComposer = makeComposer({
  id: "thread-composer",
  onSend: (text) => say(text, page.thread),
  onSnippet: (name, content) => act("snippet", { name, content, thread_ts: page.thread }),
  completions: () => ({ commands: [], people: mentionable() }),
});
$("thread-composer-place").append(threadComposer.element);

const channelScroller = makeScroller($("messages-scroller"), $("messages"), (newer) => ($("newer").hidden = !newer));
const threadScroller = makeScroller($("thread-scroller"), $("thread-messages"));

const traffic = makeTraffic({
  drawer: $("traffic"),
  toggle: $("traffic-toggle"),
  list: $("traffic-entries"),
  filter: $("traffic-filter"),
  close: $("traffic-close"),
  load: server.traffic,
});

const faults = makeFaults({
  panel: $("faults"),
  toggle: $("faults-toggle"),
  close: $("faults-close"),
  list: $("fault-switches"),
  others: $("fault-others"),
  buttons: $("fault-acts"),
  said: $("faults-said"),
  load: server.faults,
  post: server.post,
});

// ── Verbs ────────────────────────────────────────────────────────────────────────────────────

// act plays a verb as the chosen user in the open channel.
function act(verb, body) {
  return server.post(verb, { user: page.me, channel: page.channel, ...body });
}

async function say(text, threadTS = "") {
  if (threadTS && text.startsWith("/")) {
    // So does Slack: https://docs.slack.dev/interactivity/implementing-slash-commands
    throw new Error(`Slash commands do not work in threads. Mention @${page.state.bot.name} here, or use the command in the channel.`);
  }
  await act("say", { text, thread_ts: threadTS });
}

async function slash(text) {
  const [, command, rest] = text.match(/^(\S+)\s*([\s\S]*)$/);
  await act("slash", { command, text: rest.trimEnd() });
}

// Buttons that were clicked and wait for what comes of it, each with the message as it was then.
const busy = new Map();

// click sends a button's action. The button is busy until its message changes, another message
// comes, the server refuses, or nothing has happened for long enough to say so.
async function click(button, element, ts) {
  const block = button.closest(".block");
  const complain = (text) => {
    idle(button);
    const error = h("p", { class: "click-error", role: "alert", data: { testid: "click-error" } }, text);
    block.append(error);
    error.scrollIntoView({ block: "nearest" });
  };
  block.querySelector(":scope > .click-error")?.remove();
  page.threadByItself = false;
  button.setAttribute("aria-busy", "true");
  const wait = { channel: page.channel, ts, before: messageText(page.channel, ts) };
  busy.set(button, wait);
  try {
    await act("click", { ts, block_id: block.dataset.blockId ?? "", action_id: element.action_id, value: element.value ?? "" });
    setTimeout(() => busy.get(button) === wait && complain("Nothing has changed here since the click. The traffic log shows what the bot did."), answerWithin);
  } catch (problem) {
    complain(problem.message);
  }
}

function messageText(channel, ts) {
  return JSON.stringify(messagesOf(channel).find((m) => m.ts === ts));
}

function idle(button) {
  busy.delete(button);
  button.removeAttribute("aria-busy");
}

// settle ends the waiting of buttons whose answer has come. The state also changes when a click is
// merely on its way, so that a new revision alone says nothing.
function settle(came) {
  for (const [button, { channel, ts, before }] of busy) {
    const answered = came.some((arrival) => arrival.channel === channel) || messageText(channel, ts) !== before;
    if (answered || !button.isConnected) idle(button);
  }
}

async function sendExample(example) {
  const channel = page.state.channels.find((c) => c.id === example.channel || c.name === example.channel);
  if (channel && channel.id !== page.channel) open(channel.id);
  await attempt(composer, () => server.post("example", { id: example.id, user: page.me }));
}

function setMembership(member) {
  attempt(composer, () => server.post("membership", { channel: page.channel, bot_is_member: member }));
}

// attempt shows a failure above the message box of the place where it happened.
async function attempt(box, work) {
  try {
    await work();
    return true;
  } catch (problem) {
    box.fail(problem.message);
    return false;
  }
}

// viewOf is what messages.js needs to know about one of the two lists.
function viewOf(place) {
  const box = place === "thread" ? threadComposer : composer;
  const setEditing = (ts) => {
    page.editing[place] = ts;
    draw();
  };
  return {
    names: page.names,
    channel: page.channel,
    channels: page.state.channels,
    place,
    newFrom: place === "channel" ? page.newFrom : undefined,
    editing: page.editing[place],
    verbs: {
      click,
      openThread: (ts) => open(page.channel, ts, { focus: true }),
      startEdit(ts) {
        setEditing(ts);
        $(place === "thread" ? "thread-messages" : "messages").querySelector(".edit-form textarea")?.focus();
      },
      stopEdit() {
        setEditing(undefined);
        box.focus();
      },
      async edit(ts, text) {
        if (await attempt(box, () => act("edit", { ts, text }))) this.stopEdit();
      },
      remove: (ts) => attempt(box, () => act("delete", { ts })),
      forward: (ts, to, comment) => attempt(box, () => act("forward", { ts, to, comment })),
    },
  };
}

// ── What is open ─────────────────────────────────────────────────────────────────────────────

// open shows a channel, and a thread in it unless thread is "". replace leaves no trace in the
// browser's history: for what the page does by itself.
function open(channel, thread = "", { focus = false, replace = false } = {}) {
  const hash = `#${channel}${thread && `/${thread}`}`;
  if (hash !== location.hash) history[replace ? "replaceState" : "pushState"](null, "", hash);
  follow();
  if (!focus) return;
  if (thread) threadComposer.focus();
  else composer.focus();
}

// follow makes the page show what the address names, or else the first channel.
function follow() {
  if (!page.state) return;
  let [wanted, thread = ""] = location.hash.slice(1).split("/");
  const channel = channelFor(wanted);
  if (channel !== wanted) {
    thread = "";
    history.replaceState(null, "", `#${channel}`);
  }
  if (channel !== page.channel) {
    page.channel = channel;
    page.newFrom = unread(channel) > 0 ? readMarks()[channel] : undefined;
    page.editing = { channel: undefined, thread: undefined };
    $("messages").replaceChildren();
  }
  if (thread !== page.thread) {
    page.thread = thread;
    page.threadByItself = false;
    page.editing.thread = undefined;
    $("thread-messages").replaceChildren();
  }
  $("sidebar").classList.remove("open");
  $("sidebar-open").setAttribute("aria-expanded", "false");
  draw();
}

// channelFor returns the channel to show for an id from the address. Where the acting user does not
// see it, that is the first channel, and their own direct messages instead of another's.
function channelFor(id) {
  const channels = visibleChannels();
  if (channels.some((c) => c.id === id)) return id;
  const wantsDM = id.startsWith("D");
  return (channels.find((c) => (c.kind === "im") === wantsDM) ?? channels[0])?.id ?? "";
}

// mentionable are the people, and of the bots the one that is on trial.
function mentionable() {
  return page.state?.users.filter((u) => u.kind !== "bot" || u.id === page.state.bot.user_id) ?? [];
}

// visibleChannels leaves out the direct messages of others with the bot.
function visibleChannels() {
  return page.state.channels.filter((c) => c.kind !== "im" || !c.with || c.with === page.me || c.with === page.state.bot.user_id);
}

function closeThread() {
  const parent = page.thread;
  open(page.channel);
  const bar = $("messages").querySelector(`[data-ts="${CSS.escape(parent)}"] .reply-bar`);
  if (bar) bar.focus({ preventScroll: true });
  else composer.focus();
}

function messagesOf(channel) {
  return page.state?.messages?.[channel] ?? [];
}

// ── Unread ───────────────────────────────────────────────────────────────────────────────────

// readMarks returns the ts up to which the acting user has read each channel, in this tab.
function readMarks() {
  return JSON.parse(sessionStorage.getItem(`read ${page.me}`) ?? "null") ?? {};
}

function markRead(channels) {
  const marks = readMarks();
  for (const id of channels) marks[id] = messagesOf(id).at(-1)?.ts ?? "";
  sessionStorage.setItem(`read ${page.me}`, JSON.stringify(marks));
}

// unread counts what others wrote since: messages of the channel, and replies in threads that
// the acting user takes part in.
function unread(channel) {
  const since = readMarks()[channel] ?? "";
  const list = messagesOf(channel);
  if ((list.at(-1)?.ts ?? "") <= since) return 0;
  const mine = new Set(list.filter((m) => m.user === page.me).map((m) => m.thread_ts || m.ts));
  return list.filter((m) => m.ts > since && m.user !== page.me && !m.deleted && (!isReply(m) || mine.has(m.thread_ts))).length;
}

// ── Drawing ──────────────────────────────────────────────────────────────────────────────────

function draw() {
  if (!page.state) return;
  if (document.visibilityState === "visible") markRead([page.channel]);
  drawSidebar();
  drawActing();
  drawChannel();
  drawThread();
  drawExamples();
  document.body.dataset.rev = page.state.rev;
}

function drawSidebar() {
  const { team, bot } = page.state;
  $("team-name").textContent = team.name;
  const sockets = bot.sockets === 1 ? "1 socket" : `${bot.sockets ?? 0} sockets`;
  $("connection").textContent = bot.connected ? `${bot.name} connected · ${sockets}` : `${bot.name} is not connected`;
  setData($("connection"), { connected: String(Boolean(bot.connected)), sockets: bot.sockets ?? 0 });

  const channels = visibleChannels();
  reconcile($("channels"), channels.filter((c) => c.kind !== "im").map(channelItem));
  reconcile($("dms"), channels.filter((c) => c.kind === "im").map(channelItem));
  const waiting = channels.reduce((sum, c) => sum + unread(c.id), 0);
  document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${channelTitle(currentChannel())} · ${team.name}`;
}

function channelItem(channel) {
  const count = unread(channel.id);
  const current = channel.id === page.channel;
  const { bot } = page.state;
  const name = channel.kind === "im" ? bot.name : channel.name;
  const symbol = { private: "lock", im: "bot" }[channel.kind] ?? "hash";
  return {
    key: channel.id,
    sig: JSON.stringify([channel, count, current, bot]),
    make: () =>
      h(
        "a",
        {
          class: "channel-link",
          href: `#${channel.id}`,
          "aria-current": current ? "page" : undefined,
          data: { testid: "channel", channel: channel.id, kind: channel.kind, unread: count, botIsMember: String(Boolean(channel.bot_is_member)) },
        },
        icon(symbol),
        h("span", { class: "channel-label" }, name),
        channel.kind === "im" && h("span", { class: "badge" }, "APP"),
        count > 0 && h("span", { class: "unread" }, count, h("span", { class: "visually-hidden" }, " unread")),
      ),
  };
}

function drawActing() {
  const people = page.state.users.filter((u) => u.kind !== "bot");
  reconcile($("as-user-faces"), people.map((user) => ({
    key: user.id,
    sig: JSON.stringify([user, user.id === page.me]),
    make: () =>
      h(
        "button",
        {
          type: "button",
          class: "face",
          title: displayName(user),
          "aria-label": `Act as ${displayName(user)}`,
          "aria-pressed": String(user.id === page.me),
          data: { userId: user.id },
          onclick: () => actAs(user.id),
        },
        avatar(user, "small"),
      ),
  })));
  reconcile($("as-user"), people.map((user) => ({
    key: user.id,
    sig: JSON.stringify(user),
    make: () => h("option", { value: user.id }, displayName(user) + (outsider(user) ? ` (${outsider(user)})` : "")),
  })));
  $("as-user").value = page.me;
  const notes = { guest: "A guest of this workspace", external: "From another organisation, through Slack Connect" };
  const note = notes[outsider(page.names.user(page.me))];
  $("as-user-note").hidden = !note;
  $("as-user-note").textContent = note ?? "";
}

function currentChannel() {
  return page.state.channels.find((c) => c.id === page.channel);
}

function channelTitle(channel) {
  if (!channel) return "";
  return channel.kind === "im" ? page.state.bot.name : `#${channel.name}`;
}

function drawChannel() {
  const channel = currentChannel();
  if (!channel) return;
  const { bot } = page.state;
  const title = channelTitle(channel);
  $("channel-name").textContent = title;
  $("channel-topic").textContent = channel.topic || (channel.kind === "im" ? "A direct message to the bot is a question" : "");
  $("messages-scroller").setAttribute("aria-label", `Messages in ${title}`);

  const joinable = channel.kind !== "im";
  $("bot-membership").hidden = !(joinable && channel.bot_is_member);
  $("not-member").hidden = !(joinable && !channel.bot_is_member);
  $("not-member").firstElementChild.textContent = `${bot.name} is not in ${title}: it sees nothing that is written here.`;
  composer.show(page.channel, `Message ${title}`);

  const shown = messagesOf(page.channel).filter((m) => (!isReply(m) || m.subtype === "thread_broadcast") && (!m.deleted || m.reply_count > 0));
  channelScroller.update(listItems(shown, viewOf("channel")), shown.at(-1)?.user === page.me);
  $("welcome").replaceChildren(...(shown.length === 0 ? welcome(title, channel) : []));
}

function welcome(title, channel) {
  const what = channel.kind === "im"
    ? "Ask it about an error: a status and a code, such as 429 TOO_MANY_REQUESTS, or a whole error body."
    : "Paste the error body of an API into the box below, or send one of the examples.";
  return [h("strong", {}, `This is the beginning of ${title}.`), h("p", {}, what)];
}

function drawThread() {
  const list = messagesOf(page.channel);
  const parent = page.thread && list.find((m) => m.ts === page.thread);
  $("thread").hidden = !parent;
  $("page").classList.toggle("with-thread", Boolean(parent));
  if (!parent) {
    delete $("thread").dataset.ts;
    return;
  }
  $("thread").dataset.ts = parent.ts;
  $("thread-channel").textContent = channelTitle(currentChannel());
  threadComposer.show(`${page.channel}/${page.thread}`, "Reply in the thread");

  const replies = list.filter((m) => m.thread_ts === parent.ts && m.ts !== parent.ts && !m.deleted);
  const view = viewOf("thread");
  const items = listItems([parent], view);
  if (replies.length > 0) {
    const label = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
    items.push({ key: "count", sig: label, make: () => h("div", { class: "reply-line", role: "separator" }, h("span", {}, label)) });
  }
  items.push(...listItems(replies, view));
  threadScroller.update(items, replies.at(-1)?.user === page.me);
}

function drawExamples() {
  const examples = page.state.examples ?? [];
  $("examples-strip").hidden = examples.length === 0;
  reconcile($("examples"), examples.map((example) => ({
    key: example.id,
    sig: JSON.stringify(example),
    make: () =>
      h("button", { type: "button", class: "example", title: example.hint, data: { testid: "example", exampleId: example.id }, onclick: () => sendExample(example) }, example.title),
  })));
}

// ── Live updates ─────────────────────────────────────────────────────────────────────────────

let reading = false;
let readAgain = false;

// refresh reads the state and draws it. Calls that come while one is under way are joined.
async function refresh() {
  readAgain = true;
  if (reading) return;
  reading = true;
  try {
    while (readAgain) {
      readAgain = false;
      const as = page.me;
      const state = await server.state(as);
      if (as === page.me) take(state); // else somebody else was chosen meanwhile
    }
    $("offline").hidden = true;
  } catch (problem) {
    $("offline").textContent = problem.message;
    $("offline").hidden = false;
    if (problem.refused && page.me) forgetUser();
  } finally {
    reading = false;
  }
}

// forgetUser lets the server choose who acts: the one in the address does not exist there.
function forgetUser() {
  page.me = "";
  sessionStorage.removeItem("as");
  setTimeout(refresh);
}

// take makes a state the page's own.
function take(state) {
  const first = !page.state || page.state.me !== state.me;
  page.state = state;
  page.me = state.me;
  page.names = directory(state, page.names);
  const came = arrivals(first);
  settle(came);
  if (first) {
    if (sessionStorage.getItem(`read ${page.me}`) === null) markRead(state.channels.map((c) => c.id));
    follow();
  } else {
    draw();
  }
  readOut(came.filter(({ channel, message }) => channel === page.channel && message.user !== page.me));
  openAnswer(came);
}

function directory(state, old) {
  const users = new Map(state.users.map((u) => [u.id, u]));
  const { bot } = state;
  if (!users.has(bot.user_id)) users.set(bot.user_id, { id: bot.user_id, name: bot.name, real_name: bot.name, kind: "bot" });
  const channels = new Map(state.channels.map((c) => [c.id, c]));
  const content = JSON.stringify([state.me, [...users.values()], state.channels.map((c) => [c.id, c.name])]);
  return {
    me: state.me,
    user: (id) => users.get(id),
    channel: (id) => channels.get(id),
    content,
    version: old.content === content ? old.version : old.version + 1,
  };
}

let seen = new Set();

// arrivals returns the messages that were not there before; at the first state there are none.
function arrivals(first) {
  const came = [];
  const now = new Set();
  for (const [channel, list] of Object.entries(page.state.messages ?? {})) {
    for (const message of list) {
      const key = `${channel} ${message.ts}`;
      now.add(key);
      if (!first && !seen.has(key)) came.push({ channel, message });
    }
  }
  seen = now;
  return came;
}

// readOut puts what others wrote into the live region that screen readers follow.
function readOut(came) {
  if (came.length === 0) return;
  $("announcer").textContent = came.map(({ message }) => {
    const author = displayName(page.names.user(message.user), message.user);
    const text = asTyped(message.text ?? "", page.names).slice(0, 300);
    return `${author}${isReply(message) ? ", in a thread" : ""}: ${text}`;
  }).join("\n");
}

// openAnswer opens the thread in which the bot has first answered what this person just wrote in
// the open channel: a newcomer does not know yet that answers are in threads. A thread that the
// person opened or works in stays.
function openAnswer(came) {
  for (const { channel, message } of came) {
    if (message.user === page.me && !isReply(message)) page.justSent.add(message.ts);
    if (channel !== page.channel || !message.bot_id || !page.justSent.delete(message.thread_ts)) continue;
    const untouched = page.threadByItself && threadComposer.empty() && !$("thread").contains(document.activeElement);
    if (!$("thread").hidden && !untouched) continue;
    open(channel, message.thread_ts, { replace: true });
    page.threadByItself = true;
  }
}

function actAs(user) {
  page.me = user;
  page.justSent.clear();
  page.newFrom = undefined;
  sessionStorage.setItem("as", user);
  const address = new URL(location.href);
  address.searchParams.set("as", user);
  history.replaceState(null, "", address);
  refresh();
}

// ── Wiring ───────────────────────────────────────────────────────────────────────────────────

function toggleSidebar(yes) {
  $("sidebar").classList.toggle("open", yes);
  $("sidebar-open").setAttribute("aria-expanded", String(yes));
}

$("as-user").addEventListener("change", (event) => actAs(event.target.value));
$("add-bot").addEventListener("click", () => setMembership(true));
$("bot-membership").addEventListener("click", () => setMembership(false));
$("thread-close").addEventListener("click", closeThread);
$("thread").addEventListener("keydown", (event) => event.key === "Escape" && closeThread());
$("thread").addEventListener("pointerdown", () => (page.threadByItself = false));
$("sidebar-open").addEventListener("click", () => toggleSidebar(true));
$("sidebar-close").addEventListener("click", () => toggleSidebar(false));
$("scrim").addEventListener("click", () => toggleSidebar(false));
$("newer").addEventListener("click", channelScroller.toEnd);
$("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is the channel's
  composer.focus();
});
window.addEventListener("popstate", follow); // also comes when a link changes the hash
document.addEventListener("visibilitychange", draw);

server.listen(
  (change) => {
    traffic.latest(change.traffic ?? 0);
    faults.latest(change.faults ?? 0);
    if (change.rev !== page.state?.rev) refresh();
  },
  (online) => {
    if (online) refresh();
    else $("offline").hidden = false;
  },
);
refresh();
