// Speaks with the service: the visitor's session, the history, sending, and the stream of news.

const LONGEST_WAIT = 15_000;
export const SELDOM = 60_000; // where there is no such chat, there may be again
const ENDED = "Este chat ya no está disponible.";
const SILENCE_LIMIT = 45_000;
const ANSWER_LIMIT = 30_000; // a connection that died unseen would keep what is to be sent from all tabs
const RENEWED_AFTER = 0.5; // of its life

export class Refused extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  // There is no such chat any more, or not for this site.
  get isEnd() {
    return this.status === 403 || this.status === 404;
  }

  // Trying again may help.
  get isPassing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

export class Service {
  #visitor = null;
  #listening = null;

  constructor(api, storage, tabs) {
    this.api = api;
    this.storage = storage;
    this.tabs = tabs;
    this.onNewVisitor = () => {};
  }

  get isKnown() {
    return Boolean(this.storage.get("session"));
  }

  async history(after = 0) {
    return this.#call("GET", `/messages?after=${after}`);
  }

  async send({ text, client_id, choice }) {
    return this.#call("POST", "/messages", { text, client_id, choice });
  }

  // Calls `on.message`, `on.state`, `on.connected` and `on.lost` for as long as the page lives; `on.position` says
  // after which message to go on, so that nothing is lost or doubled.
  async listen(on) {
    let wait = 1_000;
    for (;;) {
      const turn = await this.tabs.turnToListen();
      try {
        const left = await this.#stream({ ...on, connected: () => { wait = 1_000; on.connected(); } });
        if (left) continue;
      } catch (error) {
        if (error instanceof Refused && error.isEnd) {
          on.lost(error.message);
          wait = SELDOM;
        }
        if (error instanceof Refused && error.status === 429) wait = Math.max(wait, (error.retryAfter ?? 5) * 1_000);
      } finally {
        turn.release();
      }
      on.lost();
      await soon(wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, Math.max(wait, LONGEST_WAIT));
    }
  }

  async #stream(on) {
    const cut = this.#listening = new AbortController();
    let left = false; // to listen on when it is this tab's turn among those that are not seen
    const leave = () => { if (document.hidden) { left = true; cut.abort(); } };
    let silence = setTimeout(() => cut.abort(), SILENCE_LIMIT);
    if (!document.hidden) document.addEventListener("visibilitychange", leave);
    try {
      const response = await this.#fetch("GET", "/events", undefined, {
        headers: { "Last-Event-ID": String(on.position()) }, signal: cut.signal,
      });
      on.connected();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return false;
        clearTimeout(silence);
        silence = setTimeout(() => cut.abort(), SILENCE_LIMIT);
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) dispatch(event, on);
      }
    } catch (error) {
      if (left) return true;
      throw error;
    } finally {
      clearTimeout(silence);
      document.removeEventListener("visibilitychange", leave);
    }
  }

  async #call(method, path, body) {
    return (await this.#fetch(method, path, body)).json();
  }

  // With a session that is renewed when it ended, or will soon.
  async #fetch(method, path, body, { headers = {}, signal } = {}) {
    const session = this.#meet(await this.#session());
    try {
      return await this.#request(method, path, body, session.token, headers, signal);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      const { token } = this.#meet(await this.#session(session.token));
      return this.#request(method, path, body, token, headers, signal);
    }
  }

  // Another tab may have renewed it meanwhile: what is kept is read each time.
  async #session(refused = null) {
    const kept = this.storage.get("session");
    if (kept && kept.token !== refused && Date.now() < kept.renew_at) return kept;
    this.renewing ??= this.tabs.alone("session", async () => {
      let current = this.storage.get("session");
      if (!current) {
        // What another tab has just stored is seen here a moment later.
        await new Promise((resume) => setTimeout(resume, 200));
        current = this.storage.get("session");
      }
      if (current && current.token !== refused && Date.now() < current.renew_at) return current;
      return this.#renew(current);
    }).finally(() => { this.renewing = null; });
    return this.renewing;
  }

  async #renew(old) {
    const answer = await (await this.#request("POST", "/session", undefined, old?.token)).json();
    const session = {
      token: answer.token,
      visitor_id: answer.visitor_id,
      renew_at: Date.now() + answer.expires_in * 1_000 * RENEWED_AFTER,
    };
    this.storage.set("session", session);
    return session;
  }

  // Another tab may have begun a new visit, past renewing; or the browser was told to forget the old one.
  noticeSession() {
    const session = this.storage.get("session");
    if (session) this.#meet(session);
  }

  // What is listened to is the visit it began in.
  #meet(session) {
    const isAnother = this.#visitor && this.#visitor !== session.visitor_id;
    this.#visitor = session.visitor_id;
    if (isAnother) {
      this.#listening?.abort();
      this.onNewVisitor();
    }
    return session;
  }

  async #request(method, path, body, token, headers = {}, signal = undefined) {
    const sent = { ...headers };
    if (token) sent.Authorization = `Bearer ${token}`;
    if (body) sent["Content-Type"] = "application/json";
    const response = await fetch(this.api + path, {
      method, headers: sent, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store",
      signal: signal ?? AbortSignal.timeout?.(ANSWER_LIMIT),
    });
    if (response.ok) return response;
    const { error } = await response.json().catch(() => ({}));
    const words = response.status === 404 ? ENDED : error?.details?.fields?.[0]?.message ?? error?.message ?? "";
    throw new Refused(response.status, words, Number(response.headers.get("Retry-After")) || null);
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
export function soon(milliseconds) {
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
