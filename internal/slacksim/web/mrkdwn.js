// Slack's text formats as DOM nodes: mrkdwn (what `text` and mrkdwn text objects hold), plain
// text with emoji codes, and the standard Markdown of the `markdown` block. The rules for mrkdwn
// are those of https://docs.slack.dev/messaging/formatting-message-text; in short:
//
//   * & < > arrive as &amp; &lt; &gt;. A raw <…> is a link, a mention or a date, nothing else.
//   * *bold* _italic_ ~strike~ `code`: a mark opens only where no letter, digit or _ stands
//     before it and no space after it, and closes the mirrored way, on the same line. So
//     INVALID_VALUE_X and 2*3*4 stay as they are.
//   * ```…``` is preformatted, over lines; a line that starts with > is a quote, and >>> quotes
//     all that follows.
//
// Everything here takes `names`, the page's directory: names.user(id), names.channel(id) and
// names.me; an id that it does not know is shown as it is.

import { h } from "./dom.js";
import { glyph } from "./emoji.js";

// unescape undoes Slack's escaping; &amp; comes last so that "&amp;lt;" becomes "&lt;".
export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const fence = /```\n?([\s\S]+?)\n?```\n?/g;

// mrkdwn returns the nodes of a mrkdwn text. verbatim leaves bare addresses unlinked.
export function mrkdwn(text, names, { verbatim = false } = {}) {
  const nodes = [];
  let end = 0;
  for (const m of text.matchAll(fence)) {
    nodes.push(...paragraphs(text.slice(end, m.index).replace(/\n$/, ""), names, verbatim));
    nodes.push(h("pre", {}, tokensOnly(m[1], names)));
    end = m.index + m[0].length;
  }
  nodes.push(...paragraphs(text.slice(end), names, verbatim));
  return nodes;
}

// plain returns the nodes of a plain_text object: emoji codes and nothing else.
export function plain(text, { emoji = true } = {}) {
  const source = unescape(text ?? "");
  return emoji ? withEmoji(source) : [source];
}

// asTyped returns what a person would type to get this mrkdwn: for the edit box and for what is
// read out. `@name` and `#name` stand for mentions.
export function asTyped(text, names) {
  const typed = text.replace(/<([^<>\s][^<>\n]*)>/g, (whole, inner) => {
    const [ref, label] = splitOnce(inner, "|");
    if (ref.startsWith("@")) return `@${names.user(ref.slice(1))?.name ?? label ?? ref.slice(1)}`;
    if (ref.startsWith("#")) return `#${names.channel(ref.slice(1))?.name ?? label ?? ref.slice(1)}`;
    if (ref.startsWith("!date^")) return label ?? "";
    if (ref.startsWith("!")) return `@${ref.slice(1).split("^")[0]}`;
    return label && !ref.endsWith(label) ? `${label} (${ref})` : label ?? ref;
  });
  return unescape(typed);
}

const quoteMark = /^(?:&gt;|>) ?/;
const quoteAll = /^(?:&gt;|>){3} ?/;

// paragraphs splits a text without fences into quotes and what stands between them.
function paragraphs(text, names, verbatim) {
  const nodes = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; ) {
    const quoted = quoteMark.test(lines[i]);
    let end = i + 1;
    if (quoteAll.test(lines[i])) end = lines.length;
    else while (end < lines.length && quoteMark.test(lines[end]) === quoted && !quoteAll.test(lines[end])) end++;
    const run = lines.slice(i, end);
    if (quoted) nodes.push(h("blockquote", {}, inline(unquoted(run), names, verbatim)));
    else nodes.push(...inline(run.join("\n"), names, verbatim));
    i = end;
  }
  return nodes;
}

function unquoted(lines) {
  if (quoteAll.test(lines[0])) return [lines[0].replace(quoteAll, ""), ...lines.slice(1)].join("\n");
  return lines.map((line) => line.replace(quoteMark, "")).join("\n");
}

const tags = { "*": "strong", _: "em", "~": "s" };
const token = /<([^<>\s][^<>\n]*)>/y;
const code = /`([^`\n]+)`/y;
const emojiCode = /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/y;
const address = /https?:\/\/[^\s<>|"`*]+[^\s<>|"`*.,;:!?)\]}'~_]/y;
const wordCharacter = /[\p{L}\p{N}_]/u;
const deepest = 10; // marks within marks; beyond, they are shown as written

// inline reads one run of text from left to right, trying each construct where it may start.
function inline(text, names, verbatim, depth = 0) {
  const nodes = [];
  const hopeless = {}; // per mark: no closing one before this index, so that long lines stay linear
  let literal = 0;
  let i = 0;
  const take = (node, length) => {
    if (i > literal) nodes.push(unescape(text.slice(literal, i)));
    nodes.push(node);
    i += length;
    literal = i;
  };
  while (i < text.length) {
    const c = text[i];
    let m;
    if (c === "<" && (m = matchAt(token, text, i))) {
      take(reference(m[1], names), m[0].length);
    } else if (c === "`" && (m = matchAt(code, text, i))) {
      take(h("code", {}, tokensOnly(m[1], names)), m[0].length);
    } else if (c === ":" && (m = matchAt(emojiCode, text, i)) && glyph(m[1])) {
      take(emoji(m[1]), m[0].length);
    } else if (c === "h" && !verbatim && !wordBefore(text, i) && (m = matchAt(address, text, i))) {
      take(link(unescape(m[0])), m[0].length);
    } else if (c in tags && depth < deepest && opens(text, i) && !(i < hopeless[c])) {
      const close = closing(text, i);
      if (close > 0) {
        take(h(tags[c], {}, inline(text.slice(i + 1, close), names, verbatim, depth + 1)), close + 1 - i);
      } else {
        hopeless[c] = lineEnd(text, i);
        i++;
      }
    } else {
      i++;
    }
  }
  if (i > literal) nodes.push(unescape(text.slice(literal)));
  return nodes;
}

function matchAt(pattern, text, i) {
  pattern.lastIndex = i;
  return pattern.exec(text);
}

function wordBefore(text, i) {
  return i > 0 && wordCharacter.test(text[i - 1]);
}

function lineEnd(text, i) {
  const end = text.indexOf("\n", i);
  return end < 0 ? text.length : end;
}

function opens(text, i) {
  const after = text[i + 1];
  return !wordBefore(text, i) && text[i - 1] !== text[i] && after !== undefined && !/\s/.test(after) && after !== text[i];
}

// closing returns the index of the mark that closes the one at i, or -1. Code and <…> in between
// are passed over whole: a * inside them belongs to them.
function closing(text, i) {
  const end = lineEnd(text, i);
  for (let j = i + 1; j < end; j++) {
    const inner = (text[j] === "`" && matchAt(code, text, j)) || (text[j] === "<" && matchAt(token, text, j));
    if (inner) {
      j += inner[0].length - 1;
    } else if (text[j] === text[i] && j > i + 1 && !/\s/.test(text[j - 1]) && !wordCharacter.test(text[j + 1] ?? " ")) {
      return j;
    }
  }
  return -1;
}

// tokensOnly is for code: links and mentions still show as their text, marks stay as written.
function tokensOnly(text, names) {
  return text.split(/(<[^<>\s][^<>\n]*>)/).map((part, i) => (i % 2 === 1 ? reference(part.slice(1, -1), names) : unescape(part)));
}

function withEmoji(text) {
  const parts = text.split(/:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/);
  return parts.map((part, i) => (i % 2 === 0 ? part : glyph(part) ? emoji(part) : `:${part}:`)).filter((part) => part !== "");
}

export function emoji(code) {
  const char = glyph(code);
  if (!char) return `:${code}:`;
  return h("span", { class: "emoji", role: "img", "aria-label": code.replaceAll("_", " "), title: `:${code}:` }, char);
}

// reference returns the node of what stands between < and >.
function reference(inner, names) {
  const [ref, label] = splitOnce(inner, "|");
  switch (ref[0]) {
    case "@":
      return userMention(ref.slice(1), names, label);
    case "#":
      return channelLink(ref.slice(1), names, label);
    case "!":
      return special(ref.slice(1), label);
    default:
      if (!opensSafely(unescape(ref))) return `<${unescape(inner)}>`;
      return link(unescape(ref), label === undefined ? undefined : withEmoji(unescape(label)));
  }
}

export function userMention(id, names, label) {
  const name = names.user(id)?.name ?? label ?? id;
  return h("span", { class: id === names.me ? "mention mention-me" : "mention", data: { userId: id } }, `@${name}`);
}

export function channelLink(id, names, label) {
  const name = names.channel(id)?.name ?? label ?? id;
  return h("a", { class: "mention", href: `#${id}` }, `#${name}`);
}

export function broadcast(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

function special(ref, label) {
  const [kind, ...args] = ref.split("^");
  if (kind === "date") {
    const [unix, format, href] = args;
    const text = formatDate(Number(unix), unescape(format ?? ""), label && unescape(label));
    const time = h("time", { title: label && unescape(label) }, text);
    return href ? link(unescape(href), [time]) : time;
  }
  if (kind === "subteam") return broadcast(label?.replace(/^@/, "") ?? args[0]);
  if (["here", "channel", "everyone"].includes(kind)) return broadcast(kind);
  return unescape(label ?? `<!${ref}>`);
}

// link returns an <a> only for addresses that a browser may safely open from here; anything else
// (javascript:, data:, file:, a typo) stays text.
export function link(href, label) {
  if (!opensSafely(href)) return h("span", {}, label ?? href);
  const shown = label ?? [href.replace(/^mailto:/i, "")];
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, shown);
}

function opensSafely(href) {
  return /^(https?:\/\/|mailto:)/i.test(href);
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

const day = 24 * 60 * 60 * 1000;

// formatDate fills Slack's date tokens in the reader's own time zone; without a usable time it
// returns the fallback, as Slack's older clients do.
export function formatDate(unix, format, fallback = "") {
  const at = new Date(unix * 1000);
  if (!Number.isFinite(unix) || Number.isNaN(at.getTime()) || format === "") return fallback;
  const as = (options) => new Intl.DateTimeFormat("en-GB", options).format(at);
  const pretty = (text) => relativeDay(at)?.toLowerCase() ?? text;
  const short = as({ day: "numeric", month: "short", year: "numeric" });
  const long = as({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const middle = as({ day: "numeric", month: "long", year: "numeric" });
  const values = {
    date_num: `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`,
    date_slash: as({ day: "2-digit", month: "2-digit", year: "numeric" }),
    date: middle,
    date_short: short,
    date_long: long,
    date_pretty: pretty(middle),
    date_short_pretty: pretty(short),
    date_long_pretty: pretty(long),
    day_divider_pretty: pretty(long),
    time: as({ hour: "2-digit", minute: "2-digit" }),
    time_secs: as({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: ago(at),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// relativeDay returns "Today", "Yesterday", "Tomorrow" or undefined.
export function relativeDay(at) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(at) - midnight(new Date())) / day);
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[days];
}

function ago(at) {
  const minutes = Math.round((at - Date.now()) / 60000);
  const format = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return format.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return format.format(Math.round(minutes / 60), "hour");
  return format.format(Math.round(minutes / 60 / 24), "day");
}

// markdown returns the nodes of a `markdown` block: the common part of standard Markdown, enough
// to judge what a bot posts (https://docs.slack.dev/reference/block-kit/blocks/markdown-block).
export function markdown(text) {
  const nodes = [];
  const lines = (text ?? "").split("\n");
  for (let i = 0; i < lines.length; ) {
    const kind = markdownKinds.find((k) => k.starts.test(lines[i]));
    let end = i + 1;
    if (kind.fence) {
      while (end < lines.length && !kind.starts.test(lines[end])) end++;
      nodes.push(h("pre", {}, lines.slice(i + 1, end).join("\n")));
      end++;
    } else {
      while (end < lines.length && kind.continues?.test(lines[end])) end++;
      nodes.push(...kind.nodes(lines.slice(i, end)));
    }
    i = end;
  }
  return nodes;
}

const item = /^\s*([-*+]|\d+[.)])\s+/;
const paragraph = /^(?!\s*$|#{1,6}\s|```|\s*([-*+]|\d+[.)])\s|>)/;

const markdownKinds = [
  { starts: /^\s*$/, nodes: () => [] },
  { starts: /^```/, fence: true },
  { starts: /^#{1,6}\s/, nodes: ([line]) => [h("p", { class: "markdown-heading" }, markdownInline(line.replace(/^#+\s+/, "")))] },
  { starts: /^\s*([-*_])(\s*\1){2,}\s*$/, nodes: () => [h("hr")] },
  {
    starts: item,
    continues: item,
    nodes: (lines) => [h(/^\s*\d/.test(lines[0]) ? "ol" : "ul", {}, lines.map((line) => h("li", {}, markdownInline(task(line.replace(item, ""))))))],
  },
  { starts: /^>/, continues: /^>/, nodes: (lines) => [h("blockquote", {}, markdownInline(lines.map((l) => l.replace(/^> ?/, "")).join("\n")))] },
  { starts: /./, continues: paragraph, nodes: (lines) => [h("p", {}, markdownInline(lines.join("\n")))] },
];

function task(text) {
  return text.replace(/^\[ \] /, "☐ ").replace(/^\[[xX]\] /, "☑ ");
}

const markdownSpan =
  /(`+)(.+?)\1|!?\[([^\]\n]*)\]\(([^)\s]+)\)|\*\*(\S(?:.*?\S)?)\*\*|(?<![\p{L}\p{N}_])__(\S(?:.*?\S)?)__(?![\p{L}\p{N}_])|\*(\S(?:.*?\S)?)\*|(?<![\p{L}\p{N}_])_(\S(?:.*?\S)?)_(?![\p{L}\p{N}_])|~~(.+?)~~|<(https?:[^>\s]+)>/gu;

function markdownInline(text) {
  const nodes = [];
  let end = 0;
  for (const m of text.matchAll(markdownSpan)) {
    nodes.push(...withEmoji(text.slice(end, m.index)));
    end = m.index + m[0].length;
    const [, , codeText, label, href, strong, strong2, em, em2, strike, auto] = m;
    if (codeText !== undefined) nodes.push(h("code", {}, codeText));
    else if (href !== undefined) nodes.push(link(href, [label || href]));
    else if (auto !== undefined) nodes.push(link(auto));
    else if (strike !== undefined) nodes.push(h("s", {}, markdownInline(strike)));
    else if (strong ?? strong2) nodes.push(h("strong", {}, markdownInline(strong ?? strong2)));
    else nodes.push(h("em", {}, markdownInline(em ?? em2)));
  }
  nodes.push(...withEmoji(text.slice(end)));
  return nodes;
}
