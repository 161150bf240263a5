// The box that messages are written in, once below the channel and once below the thread.
// Enter sends, Shift+Enter starts a new line. While the text is a command's beginning or ends in
// @…, a list of completions is open: arrows choose, Tab or Enter takes, Escape closes.

import { h, icon, onEnter } from "./dom.js";

const mostHeight = 220; // px; longer text scrolls

// makeComposer returns {element, focus, empty, fail, show}.
//   id             the id of the text field
//   onSend(text)   sends; a rejected promise puts the text back and shows the reason
//   onSnippet(name, content)
//   completions()  {commands: [{command, usage, description}], people: [{name, …}]}
export function makeComposer({ id, onSend, onSnippet, completions }) {
  const drafts = new Map();
  let draftKey = "";

  const input = h("textarea", {
    id, rows: "1", spellcheck: "false", autocomplete: "off", "aria-describedby": `${id}-hint`,
    "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": `${id}-completions`,
  });
  const error = h("p", { class: "composer-error", role: "alert", hidden: true, data: { testid: "composer-error" } });
  const list = h("ul", { class: "completions", id: `${id}-completions`, role: "listbox", "aria-label": "Suggestions", hidden: true });
  const send = h("button", { type: "submit", class: "send", id: `${id}-send`, "aria-label": "Send", title: "Send (Enter)", disabled: true }, icon("send"));
  const snippet = makeSnippet(id, report(onSnippet));
  const hint = h("span", { class: "composer-hint", id: `${id}-hint` }, "Enter sends · Shift+Enter new line");
  const element = h(
    "form",
    { class: "composer", onsubmit: (event) => (event.preventDefault(), submit()) },
    error,
    snippet.element,
    h("div", { class: "composer-box" }, list, input, h("div", { class: "composer-bar" }, snippet.toggle, hint, send)),
  );
  const suggestions = makeSuggestions(input, list, completions);

  input.addEventListener("input", changed);
  input.addEventListener("blur", suggestions.close);
  input.addEventListener("keydown", suggestions.key);
  onEnter(input, submit);

  function changed() {
    error.hidden = true;
    fit();
    suggestions.update();
  }

  function fit() {
    send.disabled = input.value.trim() === "";
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, mostHeight)}px`;
  }

  async function submit() {
    const text = input.value;
    if (text.trim() === "") return;
    put("");
    const sent = await report(onSend)(text);
    if (!sent && input.value === "") put(text);
  }

  function put(text) {
    input.value = text;
    fit();
    suggestions.close();
  }

  // report wraps a verb so that its failure is shown above the box; it resolves to success.
  function report(verb) {
    return async (...args) => {
      error.hidden = true;
      try {
        await verb(...args);
        return true;
      } catch (problem) {
        fail(problem.message);
        return false;
      }
    };
  }

  function fail(text) {
    error.textContent = text;
    error.hidden = false;
  }

  return {
    element,
    focus: () => input.focus({ preventScroll: true }),
    empty: () => input.value === "" && !snippet.open(),
    fail,
    // show switches to the draft of another channel or thread.
    show(key, label) {
      input.placeholder = label;
      input.setAttribute("aria-label", label);
      if (key === draftKey) return;
      drafts.set(draftKey, input.value);
      draftKey = key;
      error.hidden = true;
      put(drafts.get(key) ?? "");
    },
  };
}

function makeSnippet(id, send) {
  const name = h("input", { id: `${id}-snippet-name`, "aria-label": "File name", value: "error.json", spellcheck: "false" });
  const content = h("textarea", { id: `${id}-snippet-content`, rows: "6", "aria-label": "Content of the snippet", placeholder: "Paste a long error body here", spellcheck: "false" });
  const button = h("button", { type: "button", class: "primary", id: `${id}-snippet-send` }, "Send as file");
  const toggle = h("button", { type: "button", id: `${id}-snippet-toggle`, "aria-expanded": "false", title: "Attach a text snippet" }, icon("snippet"), "Snippet");
  const element = h("div", { class: "snippet", hidden: true, role: "group", "aria-label": "Text snippet" }, h("div", { class: "snippet-bar" }, name, button), content);
  button.addEventListener("click", async () => {
    if (content.value === "" || !(await send(name.value.trim() || "snippet.txt", content.value))) return;
    content.value = "";
    toggle.click();
    toggle.focus();
  });
  toggle.addEventListener("click", () => {
    element.hidden = !element.hidden;
    toggle.setAttribute("aria-expanded", String(!element.hidden));
    if (!element.hidden) content.focus();
  });
  return { element, toggle, open: () => !element.hidden };
}

function makeSuggestions(input, list, completions) {
  let chosen = -1;
  let replace = null; // from and to of the text that a completion replaces; null: none can be chosen

  function update() {
    const before = input.value.slice(0, input.selectionStart);
    const { commands, people } = completions();
    const person = before.match(/(?:^|\s)@([\w.-]*)$/);
    let options = [];
    if (/^\/\S*$/.test(input.value)) {
      replace = [0, input.value.length];
      options = commands.filter((c) => c.command.startsWith(input.value)).map((c) => [c.command, c.usage, c.description]);
    } else if (/^\/\S+ /.test(input.value)) {
      // The command stands: its line stays as a reminder of what may follow, and is not chosen.
      replace = null;
      options = commands.filter((c) => input.value.startsWith(`${c.command} `)).map((c) => [c.command, c.usage, c.description]);
    } else if (person) {
      replace = [before.length - person[1].length - 1, before.length];
      const starts = (text) => text?.toLowerCase().startsWith(person[1].toLowerCase());
      options = people.filter((p) => starts(p.name) || starts(p.real_name)).map((p) => [`@${p.name}`, "", p.real_name]);
    }
    show(options);
  }

  function show(options) {
    list.replaceChildren(...options.slice(0, 8).map(([text, usage, description], i) =>
      h("li", { role: "option", id: `${list.id}-${i}`, data: { text }, onmousedown: (event) => (event.preventDefault(), choose(i), take()) },
        h("strong", {}, text), " ", h("span", { class: "usage" }, usage), h("span", { class: "about" }, description))));
    list.hidden = options.length === 0;
    choose(replace && options.length > 0 ? 0 : -1);
  }

  function choose(i) {
    chosen = i;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[chosen].id);
  }

  function take() {
    if (!replace || chosen < 0) return;
    input.setRangeText(`${list.children[chosen].dataset.text} `, ...replace, "end");
    input.dispatchEvent(new Event("input"));
  }

  // key handles a key while the list is open; what it handled is marked as prevented.
  function key(event) {
    if (list.hidden || event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation(); // Escape closes this list, not the thread around it
      close();
      return;
    }
    if (chosen < 0) return;
    const count = list.children.length;
    const complete = list.children[chosen].dataset.text === input.value.slice(...replace);
    if (event.key === "ArrowDown") choose((chosen + 1) % count);
    else if (event.key === "ArrowUp") choose((chosen - 1 + count) % count);
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !complete)) take();
    else return;
    event.preventDefault();
  }

  function close() {
    show([]);
  }

  return { update, key, close };
}
