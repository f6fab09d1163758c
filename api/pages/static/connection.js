// Speaks with the service: the visitor's session, the history, sending, and the stream of news.

const LONGEST_WAIT = 15_000;
const SILENCE_LIMIT = 45_000;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Connection {
  constructor(channel) {
    this.base = `/v1/webchat/${channel}`;
    this.key = `caserita:${channel}`;
    this.token = read(this.key);
  }

  // Once, whoever asks first: a message may be written before the page has finished opening.
  async begin() {
    if (this.token) return;
    this.beginning ??= this.#request("POST", "/session").finally(() => { this.beginning = null; });
    const session = await this.beginning;
    this.token = session.token;
    write(this.key, session.token);
  }

  forget() {
    this.token = null;
    write(this.key, null);
  }

  history(after = 0) {
    return this.#request("GET", `/messages?after=${after}`);
  }

  send(message) {
    return this.#request("POST", "/messages", message);
  }

  // Calls `on.message`, `on.state`, `on.connected` and `on.lost` for as long as the page lives.
  // Resumes after the last position seen, so that nothing is lost or doubled.
  async listen(position, on) {
    let wait = 1_000;
    for (;;) {
      try {
        await this.#stream(position, {
          ...on,
          connected: () => { wait = 1_000; on.connected(); },
          message: (message) => { position = Math.max(position, message.position); on.message(message); },
        });
      } catch (error) {
        if (error instanceof Refused && error.status === 401) throw error;
      }
      on.lost();
      await soon(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  async #stream(position, on) {
    const cut = new AbortController();
    let silence = setTimeout(() => cut.abort(), SILENCE_LIMIT);
    try {
      const response = await fetch(`${this.base}/events`, {
        headers: { Authorization: `Bearer ${this.token}`, "Last-Event-ID": String(position) },
        signal: cut.signal,
      });
      if (!response.ok) throw new Refused(response.status, "");
      on.connected();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => cut.abort(), SILENCE_LIMIT);
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) dispatch(event, on);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  async #request(method, path, body) {
    const headers = {};
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (body) headers["Content-Type"] = "application/json";
    const response = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) });
    if (response.ok) return response.json();
    const answer = await response.json().catch(() => ({}));
    throw new Refused(response.status, answer.error?.message ?? "");
  }
}

function dispatch(event, on) {
  let name = "message";
  let data = "";
  for (const line of event.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data) on[name]?.(JSON.parse(data));
}

// After a while, or as soon as the network or the visitor is back.
function soon(milliseconds) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
  });
}

// Private windows may refuse storage: the chat then lasts as long as the page.
function read(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function write(key, value) {
  try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* see above */ }
}
