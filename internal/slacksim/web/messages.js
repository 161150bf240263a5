// Messages as DOM, for the channel and for the thread pane alike. listItems turns a list of
// messages into items for dom.js's reconcile, so that a change redraws the message that changed,
// and within it only the blocks that changed.
//
// `view` is what the messages are shown in:
//   names     the directory, see mrkdwn.js; names.version changes when a name does
//   channel   the channel's id
//   channels  where the message can be forwarded to: [{id, name, kind}]
//   place     "channel" or "thread"
//   newFrom   the ts after which a "New" line is drawn, or undefined
//   editing   the ts of the message that is being edited here, or undefined
//   verbs     what can be done: openThread(ts), click(button, element, ts),
//             startEdit(ts), stopEdit(), edit(ts, text), remove(ts), forward(ts, channel, comment)

import { h, icon, onEnter, reconcile, setData } from "./dom.js";
import { blockSignature, confirmInline, renderBlock } from "./blocks.js";
import { asTyped, mrkdwn, relativeDay } from "./mrkdwn.js";

const groupWithin = 5 * 60 * 1000; // as long does one author's run of messages share a name line

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const fullDate = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "medium" });

export function timeOf(ts) {
  return new Date((Number(ts) || 0) * 1000);
}

export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

// avatar shows a user's initials on the user's colour. They are decoration, drawn by the style
// sheet: the name always stands beside them.
export function avatar(user, extra = "") {
  const name = user?.real_name || user?.name || "?";
  const initials = name.split(/[\s._-]+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  const el = user?.kind === "bot"
    ? h("span", { class: `avatar ${extra}` }, icon("bot"))
    : h("span", { class: `avatar ${extra}`, data: { initials } });
  // A shade darker than the colour, so that white initials stand out on any of them.
  if (user?.color) el.style.backgroundColor = `color-mix(in srgb, ${user.color} 78%, black)`;
  return el;
}

// outsider returns "guest" or "external" for people who are not full members, else undefined.
export function outsider(user) {
  return user?.kind?.match(/^(guest|external)/)?.[0];
}

export function displayName(user, id) {
  return user?.real_name || user?.name || id;
}

// listItems returns the items of a message list, with a line before each new day in the channel.
export function listItems(messages, view) {
  const items = [];
  let previous;
  let lineDrawn = false;
  for (const message of messages) {
    const at = timeOf(message.ts);
    if (view.place === "channel" && (!previous || at.toDateString() !== timeOf(previous.ts).toDateString())) {
      items.push(dayItem(message.ts));
      previous = undefined;
    }
    if (!lineDrawn && view.newFrom !== undefined && message.ts > view.newFrom && message.user !== view.names.me) {
      items.push({ key: "new", sig: "", make: () => h("div", { class: "new-line", role: "separator" }, h("span", {}, "New")) });
      lineDrawn = true;
      previous = undefined;
    }
    items.push(messageItem(message, continues(previous, message), view));
    previous = message;
  }
  return items;
}

function dayItem(ts) {
  const at = timeOf(ts);
  const label = relativeDay(at) ?? fullDate.format(at);
  return { key: `day ${ts}`, sig: label, make: () => h("div", { class: "day", role: "separator" }, h("span", {}, label)) };
}

function continues(previous, message) {
  return Boolean(
    previous && previous.user === message.user && !previous.ephemeral && !message.ephemeral && !previous.deleted &&
      !message.deleted && !previous.reply_count && timeOf(message.ts) - timeOf(previous.ts) < groupWithin,
  );
}

function messageItem(message, compact, view) {
  const editing = view.editing === message.ts;
  const update = (el) => fillMessage(el, message, { compact, editing }, view);
  return {
    key: message.ts,
    sig: JSON.stringify([message, compact, editing, view.names.version]),
    make: () => {
      const el = h("article", {}, h("div", { class: "gutter" }), h("div", { class: "content" }), h("div", { class: "tools" }));
      update(el);
      return el;
    },
    update,
  };
}

function fillMessage(el, message, { compact, editing }, view) {
  const user = view.names.user(message.user);
  const joined = message.subtype?.startsWith("channel_"); // joins and the like, which Slack itself writes
  el.className = ["message", joined && "quiet", compact && "compact", message.ephemeral && "ephemeral", editing && "editing"].filter(Boolean).join(" ");
  el.setAttribute("aria-label", `${displayName(user, message.user)}, ${clock.format(timeOf(message.ts))}`);
  setData(el, {
    testid: "message",
    ts: message.ts,
    threadTs: message.thread_ts,
    channel: view.channel,
    user: message.user,
    bot: message.bot_id ? "true" : undefined,
    ephemeral: message.ephemeral ? "true" : undefined,
    edited: message.edited ? "true" : undefined,
  });
  const [gutter, content, tools] = el.children;
  reconcile(gutter, [gutterItem(message, user, compact, view)]);
  reconcile(content, contentItems(message, user, { compact, editing }, view));
  reconcile(tools, message.deleted || editing ? [] : toolItems(message, view));
}

function gutterItem(message, user, compact, view) {
  return {
    key: "gutter",
    sig: `${compact} ${view.names.version}`,
    make: () => (compact ? timestamp(message.ts) : avatar(user)),
  };
}

function timestamp(ts) {
  const at = timeOf(ts);
  return h("time", { datetime: at.toISOString(), title: exact.format(at) }, clock.format(at));
}

function contentItems(message, user, { compact, editing }, view) {
  const { names } = view;
  const items = [];
  const add = (condition, key, sig, make, update) => condition && items.push({ key, sig: `${sig} ${names.version}`, make, update });

  add(message.ephemeral, "only-you", "", () => h("p", { class: "only-you", data: { testid: "only-you" } }, icon("eye"), "Only visible to you"));
  add(!compact, "who", "", () => nameLine(message, user));
  add(message.subtype === "thread_broadcast" && view.place === "channel", "broadcast", "", () =>
    h("button", { type: "button", class: "link", onclick: () => view.verbs.openThread(message.thread_ts) }, "replied to a thread"));
  if (message.deleted) {
    add(true, "deleted", "", () => h("p", { class: "deleted" }, "This message was deleted."));
  } else if (editing) {
    add(true, "edit", "", () => editForm(message, view));
  } else {
    const update = (el) => fillBody(el, message, view);
    const make = () => {
      const el = h("div", { class: "body", data: { testid: "message-body" } });
      update(el);
      return el;
    };
    add(true, "body", JSON.stringify([message.text, message.blocks]), make, update);
    add(message.edited, "edited", "", () => h("span", { class: "edited", data: { testid: "edited" } }, "(edited)"));
  }
  forwarded(message).forEach((attachment, i) =>
    add(true, `forwarded ${i}`, JSON.stringify(attachment), () => forwardedBox(attachment, names)));
  for (const file of message.files ?? []) add(!message.deleted, `file ${file.id}`, JSON.stringify(file), () => fileBox(file));
  const replies = JSON.stringify([message.reply_count, message.reply_users, message.latest_reply]);
  add(message.reply_count > 0 && view.place === "channel" && !isReply(message), "replies", replies, () => replyBar(message, view));
  return items;
}

function nameLine(message, user) {
  const kind = user?.kind;
  return h(
    "header",
    { class: "who" },
    h("strong", { data: { testid: "author" } }, displayName(user, message.user)),
    message.bot_id || kind === "bot" ? h("span", { class: "badge", data: { testid: "app-badge" } }, "APP") : undefined,
    outsider(user) && h("span", { class: "badge quiet" }, outsider(user)),
    timestamp(message.ts),
  );
}

function fillBody(el, message, view) {
  const { names, verbs } = view;
  const blocks = message.blocks ?? [];
  if (blocks.length === 0) {
    const make = () => h("div", { class: "text" }, mrkdwn(message.text ?? "", names));
    reconcile(el, [{ key: "text", sig: `${message.text} ${names.version}`, make }]);
    return;
  }
  const click = (button, element) => verbs.click(button, element, message.ts);
  reconcile(el, blocks.map((block, i) => ({
    key: i,
    sig: `${blockSignature(block)} ${names.version}`,
    make: () => renderBlock(block, names, click),
  })));
  // A block that looks as before was left alone, but Slack wants clicks to carry its newest id.
  blocks.forEach((block, i) => setData(el.children[i], { blockId: block?.block_id }));
}

function fileBox(file) {
  return h(
    "figure",
    { class: "file", data: { testid: "file", fileId: file.id } },
    h("figcaption", {}, icon("snippet"), file.name || "snippet", h("span", { class: "file-mode" }, file.mode)),
    h("pre", {}, file.preview ?? ""),
  );
}

// forwarded returns the attachments that repeat other messages; those of link previews are not drawn.
function forwarded(message) {
  return (Array.isArray(message.attachments) ? message.attachments : []).filter((a) => a?.is_share);
}

function forwardedBox(attachment, names) {
  return h(
    "blockquote",
    { class: "forwarded", data: { testid: "forwarded" } },
    h("strong", {}, String(attachment.author_name ?? "")),
    h("div", { class: "text" }, mrkdwn(String(attachment.text ?? ""), names)),
    (attachment.files ?? []).map(fileBox),
    h("small", {}, String(attachment.footer ?? "")),
  );
}

function askForward(button, message, { channels, verbs }) {
  const to = h(
    "select",
    { "aria-label": "Forward to", data: { testid: "forward-to" } },
    channels.map((c) => h("option", { value: c.id }, c.kind === "im" ? c.name : `#${c.name}`)),
  );
  const comment = h("input", { type: "text", "aria-label": "Comment", placeholder: "Add a comment", data: { testid: "forward-comment" } });
  confirmInline(button, { title: "Forward this message", text: [to, " ", comment], yes: "Forward" }, () =>
    verbs.forward(message.ts, to.value, comment.value));
}

function replyBar(message, view) {
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const latest = timeOf(message.latest_reply ?? message.ts);
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(view.names.user(id), "small"));
  return h(
    "button",
    { type: "button", class: "reply-bar", data: { testid: "reply-bar" }, onclick: () => view.verbs.openThread(message.ts) },
    h("span", { class: "faces" }, faces),
    h("span", { class: "reply-count" }, count),
    h("span", { class: "latest" }, `Last reply ${relativeDay(latest)?.toLowerCase() ?? fullDate.format(latest)} at ${clock.format(latest)}`),
    icon("chevron"),
  );
}

function toolItems(message, view) {
  const { names, place, verbs } = view;
  const own = message.user === names.me && !message.ephemeral;
  const tools = [];
  const add = (name, label, symbol, onclick) => {
    const make = () => h("button", { type: "button", "aria-label": label, title: label, data: { testid: name }, onclick }, icon(symbol));
    tools.push({ key: name, sig: "", make });
  };
  if (place === "channel" && !message.ephemeral) add("reply", "Reply in thread", "reply", () => verbs.openThread(message.thread_ts ?? message.ts));
  if (!message.ephemeral) add("forward", "Forward message", "forward", (event) => askForward(event.currentTarget, message, view));
  if (own) add("edit", "Edit message", "edit", () => verbs.startEdit(message.ts));
  if (own) {
    add("delete", "Delete message", "delete", (event) =>
      confirmInline(event.currentTarget, { title: "Delete this message?", yes: "Delete", danger: true }, () => verbs.remove(message.ts)));
  }
  return tools;
}

function editForm(message, view) {
  const input = h("textarea", { "aria-label": "Edit message", rows: "3", data: { testid: "edit-text" } });
  input.value = asTyped(message.text ?? "", view.names);
  const save = () => input.value.trim() !== "" && view.verbs.edit(message.ts, input.value);
  onEnter(input, save);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // Escape ends the edit, and does not close the thread around it
    view.verbs.stopEdit();
  });
  return h(
    "form",
    { class: "edit-form", onsubmit: (event) => (event.preventDefault(), save()) },
    input,
    h(
      "div",
      { class: "confirm-buttons" },
      h("button", { type: "submit", class: "primary", data: { testid: "edit-save" } }, "Save"),
      h("button", { type: "button", data: { testid: "edit-cancel" }, onclick: () => view.verbs.stopEdit() }, "Cancel"),
    ),
  );
}
