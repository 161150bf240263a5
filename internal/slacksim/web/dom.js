// Two helpers that everything on the page is built with. Both make elements and text nodes
// only, never markup from a string: what people write can then never become part of the page.

// h makes an element. Properties: `class`, `data` (an object of data-* values), `on…` (an event
// listener); anything else is an attribute. undefined, null and false leave a property out.
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") el.className = value;
    else if (name === "data") setData(el, value);
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false));
  return el;
}

export function setData(el, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) delete el.dataset[name];
    else el.dataset[name] = value;
  }
}

// onEnter calls act when Enter is pressed in a text field; Shift+Enter makes a new line. The
// character is held back too: programs that drive a browser send it as an event of its own.
export function onEnter(field, act) {
  const alone = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing;
  field.addEventListener("keydown", (event) => {
    if (!alone(event) || event.defaultPrevented) return;
    event.preventDefault();
    act();
  });
  field.addEventListener("keypress", (event) => alone(event) && event.preventDefault());
}

const svg = "http://www.w3.org/2000/svg";

// icon makes one of the symbols that index.html defines. It is decoration: the element around
// it carries the name.
export function icon(name) {
  const el = document.createElementNS(svg, "svg");
  el.setAttribute("class", "icon");
  el.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `#icon-${name}`);
  el.append(use);
  return el;
}

// What reconcile knows about an element that it made: its key and the signature of its content.
const known = new WeakMap();

// reconcile makes parent's children match items, each {key, sig, make, update?}, in order.
// An element whose key and sig are unchanged is not touched at all, so that its scroll position,
// focus and unfolded parts live on; a changed one is updated in place, or made anew if the item
// has no update, with the focus put back on the same control.
export function reconcile(parent, items) {
  const old = new Map();
  for (const el of parent.children) old.set(known.get(el)?.key, el);
  const wanted = new Set(items.map((item) => item.key));
  for (const [key, el] of old) if (!wanted.has(key)) el.remove();

  let next = parent.firstElementChild;
  for (const item of items) {
    let el = old.get(item.key);
    if (el && known.get(el).sig !== item.sig) {
      if (item.update) {
        item.update(el);
      } else {
        const fresh = item.make();
        if (el === next) next = fresh;
        replaceKeepingFocus(el, fresh);
        el = fresh;
      }
    }
    el ??= item.make();
    known.set(el, { key: item.key, sig: item.sig });
    if (el === next) next = el.nextElementSibling;
    else parent.insertBefore(el, next);
  }
}

const controls = "a[href], button, input, select, textarea, summary, [tabindex]";

function replaceKeepingFocus(el, fresh) {
  const inside = (node) => [node, ...node.querySelectorAll(controls)];
  const at = inside(el).indexOf(document.activeElement);
  el.replaceWith(fresh);
  if (at >= 0) inside(fresh)[at]?.focus({ preventScroll: true });
}
