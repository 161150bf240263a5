// Block Kit as DOM (https://docs.slack.dev/reference/block-kit/blocks). renderBlock never fails: a
// block or element that the page does not know, or that is malformed, is shown as a grey box that
// names it, because an author wants to see that something is there.
//
// `names` is the page's directory, see mrkdwn.js. `onClick(button, element)` is called when a
// button is clicked and, where it has a confirm object, confirmed.

import { h } from "./dom.js";
import { broadcast, channelLink, emoji, formatDate, link, markdown, mrkdwn, plain, unescape, userMention } from "./mrkdwn.js";

// renderBlock returns the element of one block, marked with data-block-type.
export function renderBlock(block, names, onClick) {
  let el;
  try {
    el = (kinds[block?.type] ?? unknown)(block, names, onClick);
  } catch (problem) {
    if (!(problem instanceof TypeError)) throw problem;
    el = unknown(block);
  }
  el.classList.add("block");
  el.dataset.blockType = block?.type ?? "";
  return el;
}

// blockSignature tells whether a block looks the same as before. block_id is left out: it is new
// at every update, and the rest of the block usually is not.
export function blockSignature(block) {
  return JSON.stringify({ ...block, block_id: undefined });
}

const kinds = {
  __proto__: null, // a block may call itself anything, "constructor" too
  header: (block) => h("h2", { class: "block-header" }, plain(block.text.text, block.text)),
  divider: () => h("hr", { class: "block-divider" }),
  section,
  context: (block, names) => h("div", { class: "block-context" }, block.elements.map((el) => contextElement(el, names))),
  actions: (block, names, onClick) => h("div", { class: "block-actions" }, block.elements.map((el) => control(el, names, onClick))),
  image: (block) => h("div", { class: "block-image" }, altText(block)),
  rich_text: (block, names) => h("div", { class: "block-rich-text" }, block.elements.map((el) => richPart(el, names))),
  markdown: (block) => h("div", { class: "block-markdown" }, markdown(block.text)),
};

function unknown(block) {
  return h("div", { class: "block-unknown" }, `${block?.type ?? "something"} (not shown here)`);
}

function section(block, names, onClick) {
  const text = h("div", { class: "section-text" });
  if (block.text) text.append(h("div", { class: "text" }, textObject(block.text, names)));
  if (block.fields) {
    text.append(h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, textObject(field, names)))));
  }
  return h("div", { class: "block-section" }, text, block.accessory && control(block.accessory, names, onClick));
}

function textObject(object, names) {
  return object.type === "mrkdwn" ? mrkdwn(object.text, names, object) : plain(object.text, object);
}

function contextElement(element, names) {
  if (element.type === "image") return altText(element);
  return h("span", { class: "text" }, textObject(element, names));
}

// Pictures would be requests to other hosts, so their description stands for them.
function altText(image) {
  const title = image.title?.text;
  return h("span", { class: "alt-text" }, "🖼 ", title ? `${title}: ` : "", image.alt_text ?? "picture without a description");
}

function control(element, names, onClick) {
  if (element.type === "image") return altText(element);
  if (element.type !== "button") return unknown(element);
  const button = h(
    "button",
    {
      type: "button",
      class: `block-button ${["primary", "danger"].includes(element.style) ? element.style : ""}`,
      "aria-label": element.accessibility_label,
      data: { testid: "block-button", actionId: element.action_id, value: element.value },
    },
    plain(element.text.text, element.text),
  );
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-busy") === "true") return;
    if (element.confirm) confirmInline(button, confirmTexts(element.confirm, names), () => onClick(button, element));
    else onClick(button, element);
  });
  return button;
}

function confirmTexts(confirm, names) {
  return {
    title: plain(confirm.title?.text ?? "Are you sure?"),
    text: confirm.text ? textObject(confirm.text, names) : [],
    yes: plain(confirm.confirm?.text ?? "Yes"),
    no: plain(confirm.deny?.text ?? "Cancel"),
    danger: confirm.style === "danger",
  };
}

// confirmInline asks below the block or message that a button belongs to, and calls onYes on
// consent. Asking again from the same button closes the question.
export function confirmInline(button, { title, text = [], yes, no = "Cancel", danger }, onYes) {
  const host = button.closest(".block") ?? button.closest("[data-ts]").querySelector(".content");
  const open = host.querySelector(":scope > .confirm");
  open?.remove();
  if (open?.asker === button) return;

  const close = () => {
    box.remove();
    button.focus();
  };
  const agree = h("button", { type: "button", class: danger ? "danger" : "primary", data: { testid: "confirm-yes" }, onclick: () => (close(), onYes()) }, yes);
  const box = h(
    "div",
    { class: "confirm", role: "group", "aria-label": "Please confirm", data: { testid: "confirm" }, onkeydown: (e) => e.key === "Escape" && (e.stopPropagation(), close()) },
    h("strong", {}, title),
    h("div", { class: "text" }, text),
    h("div", { class: "confirm-buttons" }, agree, h("button", { type: "button", data: { testid: "confirm-no" }, onclick: close }, no)),
  );
  box.asker = button;
  host.append(box);
  agree.focus();
}

// Rich text (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block): what a person's
// client sends. Its text is not escaped.

function richPart(part, names) {
  const content = () => part.elements.map((el) => richElement(el, names));
  switch (part.type) {
    case "rich_text_section":
      return h("div", { class: "text" }, content());
    case "rich_text_quote":
      return h("blockquote", {}, content());
    case "rich_text_preformatted":
      return h("pre", {}, content());
    case "rich_text_list": {
      const list = h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${Math.min(part.indent ?? 0, 8)}` });
      if (part.style === "ordered" && part.offset > 0) list.setAttribute("start", part.offset + 1);
      list.append(...part.elements.map((el) => h("li", {}, richPart(el, names))));
      return part.border ? h("blockquote", {}, list) : list;
    }
    default:
      return unknown(part);
  }
}

function richElement(element, names) {
  switch (element.type) {
    case "text":
      return styled(element.text, element.style);
    case "link":
      return styled(link(element.url, element.text ? [element.text] : undefined), element.style);
    case "emoji":
      return emoji(element.name);
    case "user":
      return styled(userMention(element.user_id, names), element.style);
    case "usergroup":
      return broadcast(element.usergroup_id);
    case "broadcast":
      return broadcast(element.range);
    case "channel":
      return styled(channelLink(element.channel_id, names), element.style);
    case "date":
      return h("time", {}, formatDate(element.timestamp, unescape(element.format ?? ""), element.fallback));
    case "color":
      return h("code", {}, element.value);
    default:
      return unknown(element);
  }
}

const styleTags = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function styled(node, style = {}) {
  return Object.entries(styleTags).reduceRight((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}
