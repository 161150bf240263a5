// The faults panel: what goes wrong from now on, each with a switch, and what happens to the bot's
// sockets right now. It shows what is switched on in the server, whoever did it.

import { h, reconcile } from "./dom.js";

// What can be switched on, as the server's faults.go has it.
const switches = [
  { id: "slow", label: "Slow", hint: "every second call takes 2 s", fault: { on: "*", effect: "delay", delay_ms: 2000, every: 2 } },
  { id: "limited", label: "429", hint: "every second call is told to come again in 3 s", fault: { on: "*", effect: "rate_limit", retry_after: 3, every: 2 } },
  { id: "errors", label: "5xx", hint: "every second call fails with 503", fault: { on: "*", effect: "http", status: 503, every: 2 } },
  { id: "no-answer", label: "Accepted, no answer", hint: "posts arrive, and the bot is never told", fault: { on: "chat.postMessage", effect: "lose" } },
  { id: "lag", label: "Lagging replies", hint: "a thread shows its messages 10 s late", fault: { on: "conversations.replies", effect: "lag", delay_ms: 10000 } },
  { id: "lost-acks", label: "Lost acks", hint: "every second ack is lost, and events come again", fault: { on: "envelopes", effect: "ignore_ack", every: 2 } },
  { id: "twice", label: "Twice", hint: "everything is delivered twice, on two sockets if there are", fault: { on: "envelopes", effect: "duplicate" } },
  { id: "too-many", label: "Too many sockets", hint: "new sockets are sent away", fault: { on: "sockets", effect: "disconnect", error: "too_many_websockets" } },
];

// What can happen at once, as POST /sim/sockets has it.
const refresh = { act: "disconnect", reason: "refresh_requested", linger_ms: 10000 };
const acts = [
  { id: "refresh", label: "Refresh one", body: { ...refresh, oldest: true } },
  { id: "refresh-all", label: "Refresh all", body: refresh },
  { id: "cut", label: "Cut one", body: { act: "cut", oldest: true } },
  { id: "cut-all", label: "Cut all", body: { act: "cut" } },
  { id: "half-open", label: "Half-open one", body: { act: "half_open", oldest: true } },
  { id: "half-open-all", label: "Half-open all", body: { act: "half_open" } },
  { id: "redeliver", label: "Deliver the last 10 events again", body: { act: "redeliver", count: 10 } },
];

// makeFaults drives the panel's elements from index.html. load() fetches what is switched on,
// post(verb, body) plays a verb. It returns {latest}; latest(n) says that n faults are on.
export function makeFaults({ panel, toggle, close, list, others, buttons, said, load, post }) {
  let loading = false;
  let loadAgain = false;
  let active = [];

  toggle.addEventListener("click", () => open(panel.hidden));
  close.addEventListener("click", () => open(false));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && open(false));
  const rows = switches.map((item) => ({ ...item, ...row(item) }));
  list.append(...rows.map(({ element }) => element));
  buttons.append(...acts.map((item) =>
    h("button", { type: "button", class: "act", data: { testid: "fault-act", act: item.id }, onclick: () => act(item) }, item.label)));

  function open(yes) {
    panel.hidden = !yes;
    toggle.setAttribute("aria-expanded", String(yes));
    if (yes) catchUp();
    else toggle.focus();
  }

  function latest(n) {
    const count = toggle.querySelector(".count");
    count.textContent = n;
    count.hidden = n === 0;
    if (!panel.hidden) catchUp();
  }

  // catchUp shows what is switched on. Calls that come while one is under way are joined.
  async function catchUp() {
    loadAgain = true;
    if (loading) return;
    loading = true;
    try {
      while (loadAgain) {
        loadAgain = false;
        show((await load()).faults);
      }
    } catch (problem) {
      said.textContent = problem.message;
    } finally {
      loading = false;
    }
  }

  function show(faults) {
    active = faults;
    for (const { fault, box, hits } of rows) {
      const on = faults.filter((f) => matches(f, fault));
      box.checked = on.length > 0;
      const struck = on.reduce((sum, f) => sum + f.hits, 0);
      hits.textContent = struck > 0 ? `struck ${struck}×` : "";
    }
    const strange = faults.filter((f) => !switches.some(({ fault }) => matches(f, fault)));
    reconcile(others, strange.map((f) => ({
      key: f.id,
      sig: JSON.stringify(f),
      make: () =>
        h("p", { data: { testid: "fault-other", id: f.id } }, `${f.on}: ${f.effect} `,
          h("button", { type: "button", class: "act", onclick: () => attempt(() => remove([f])) }, "Switch off")),
    })));
  }

  function row(item) {
    const box = h("input", { type: "checkbox", data: { testid: "fault-switch", fault: item.id }, onchange: () => attempt(() => turn(item, box.checked)) });
    const hits = h("span", { class: "hits" });
    const element = h("label", {}, box, h("span", {}, h("strong", {}, item.label), " ", hits, h("span", { class: "hint" }, item.hint)));
    return { box, hits, element };
  }

  function turn({ fault }, on) {
    return on ? post("faults", fault) : remove(active.filter((f) => matches(f, fault)));
  }

  async function remove(faults) {
    for (const { id } of faults) await post("faults/remove", { id });
  }

  async function act({ label, body }) {
    await attempt(async () => {
      const { sockets, deliveries } = await post("sockets", body);
      const done = sockets === undefined ? count(deliveries, "event") : count(sockets, "socket");
      said.textContent = `${label}: ${done}`;
    });
  }

  // attempt shows a failure in the panel, and what is switched on afterwards.
  async function attempt(work) {
    said.textContent = "";
    try {
      await work();
    } catch (problem) {
      said.textContent = problem.message;
    }
    catchUp();
  }

  return { latest };
}

// matches tells whether a fault of the server is one of the switches.
function matches(fault, wanted) {
  return Object.entries(wanted).every(([name, value]) => fault[name] === value);
}

function count(n, what) {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
