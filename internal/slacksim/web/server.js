// The page's line to the local Slack: one read, a handful of verbs, and a stream that says when
// to read again. The same verbs exist as Go methods for tests.

const silent = "The local Slack does not answer. Is it still running?";

// state returns everything that the user `as` may see.
export function state(as) {
  return request(`sim/state?as=${encodeURIComponent(as)}`);
}

// traffic returns the log entries after number n, oldest first.
export function traffic(n) {
  return request(`sim/traffic?after=${n}`);
}

// faults returns what goes wrong on purpose.
export function faults() {
  return request("sim/faults");
}

// post plays a person: say, slash, click, edit, delete, snippet, example, membership; or fate: faults,
// sockets.
// A refusal is thrown as an Error with refused set and a message that is fit for the reader.
export function post(verb, body) {
  return request(`sim/${verb}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error(silent);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.ok === false) {
    const problem = new Error(answer.error || `The local Slack answered with status ${response.status}.`);
    problem.refused = true;
    throw problem;
  }
  return answer;
}

const retryAfter = 2000; // ms, where the browser itself has given up
const graceTime = 1500; // ms without a line before it counts as lost: a reload is no outage

// listen calls onChange({rev, traffic, faults}) whenever something has changed, and onLine(boolean) when
// the line to the server is lost or found again.
export function listen(onChange, onLine) {
  let lost;
  const events = new EventSource("sim/events");
  events.onopen = () => {
    clearTimeout(lost);
    onLine(true);
  };
  events.onmessage = (event) => onChange(JSON.parse(event.data));
  events.onerror = () => {
    clearTimeout(lost);
    lost = setTimeout(() => onLine(false), graceTime);
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(() => {
        clearTimeout(lost);
        listen(onChange, onLine);
      }, retryAfter);
    }
  };
}
