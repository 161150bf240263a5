// The traffic drawer: everything that passes between the bot and the local Slack, newest first.
// Entries never change once they are written, so that new ones are put in front and the rest,
// unfolded or not, is left alone.

import { h, icon } from "./dom.js";

const mostEntries = 500; // in the drawer; the server keeps more

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

// makeTraffic drives the drawer's elements from index.html. load(after) fetches entries.
// It returns {toggle, latest}; latest(n) says that the log has reached entry n.
export function makeTraffic({ drawer, toggle, list, filter, close, load }) {
  let have = 0; // n of the newest entry shown
  let reached = 0;
  let loading = false;

  toggle.addEventListener("click", () => open(drawer.hidden));
  close.addEventListener("click", () => open(false));
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && open(false));
  filter.addEventListener("change", () => (list.dataset.show = filter.querySelector(":checked").value));

  function open(yes) {
    drawer.hidden = !yes;
    toggle.setAttribute("aria-expanded", String(yes));
    if (yes) catchUp();
    else toggle.focus();
  }

  function latest(n) {
    if (n < have) {
      // The server was started anew and counts from the beginning.
      have = 0;
      list.replaceChildren();
    }
    reached = n;
    toggle.querySelector(".count").textContent = n;
    if (!drawer.hidden) catchUp();
  }

  async function catchUp() {
    if (loading) return;
    loading = true;
    try {
      while (have < reached) {
        const { entries } = await load(have);
        if (!entries?.length) break;
        list.prepend(...entries.map(entryElement).reverse());
        have = entries.at(-1).n;
        while (list.children.length > mostEntries) list.lastElementChild.remove();
      }
    } finally {
      loading = false;
    }
  }

  return { latest };
}

function entryElement(entry) {
  const fromBot = entry.dir === "in";
  const body = h("pre", { data: { testid: "traffic-body" } });
  const status = String(entry.status ?? "");
  const good = status === "" || status === "ok" || /^[123]\d\d$/.test(status);
  return h(
    "details",
    {
      class: "entry",
      data: { testid: "traffic-entry", n: entry.n, kind: entry.kind, dir: entry.dir, name: entry.name, status },
      // Most entries are never unfolded: their body becomes DOM when one is.
      ontoggle: (event) => event.target.open && body.childNodes.length === 0 && body.append(...coloured(entry.body ?? "")),
    },
    h(
      "summary",
      {},
      icon("chevron"),
      h("time", {}, clock.format(new Date(entry.time))),
      h("span", { class: `direction ${fromBot ? "from-bot" : "to-bot"}` }, fromBot ? "bot → Slack" : "Slack → bot"),
      h("span", { class: "kind" }, entry.kind),
      h("strong", {}, entry.name),
      h("span", { class: good ? "status" : "status bad" }, status),
      h("span", { class: "summary" }, entry.summary ?? ""),
    ),
    body,
  );
}

// coloured returns the nodes of a JSON text with its keys, strings and other values marked.
function coloured(json) {
  const parts = json.split(/("(?:[^"\\\n]|\\.)*"(?:\s*:)?|\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*\b)/);
  return parts.map((part, i) => (i % 2 === 0 ? part : h("span", { class: /:$/.test(part) ? "json-key" : part[0] === '"' ? "json-string" : "json-value" }, part)));
}
