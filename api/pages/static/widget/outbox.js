// What the visitor wrote and the service does not have yet: kept until it does, sent in order, over reloads and
// lost connections. Sending twice is safe: the service knows a message by its client id.

import { Refused, soon } from "./service.js";

const FIRST_WAIT = 1_000;
const NOTHING = "nothing";
const SENT = "sent";
const STALE = 6 * 3_600_000; // nobody wants yesterday's "hola" to go out by itself

export class Outbox {
  #wake = false;
  #running = null;

  // `on.waiting(message)`, `on.sent(message)`, `on.refused(message)` tell how each goes.
  constructor(service, storage, tabs, on) {
    Object.assign(this, { service, storage, tabs, on });
  }

  all() {
    return this.storage.all("out:").sort((one, other) => one.written_at - other.written_at);
  }

  add(text, choice) {
    const message = { client_id: newId(), text, choice, written_at: Date.now(), refusal: null };
    this.#keep(message);
    this.flush();
    return message;
  }

  retry(message) {
    this.#keep({ ...message, written_at: Date.now(), refusal: null });
    this.flush();
  }

  forget({ client_id }) {
    this.storage.remove(`out:${client_id}`);
  }

  flush() {
    this.#wake = true;
    this.#running ??= this.#run().finally(() => { this.#running = null; });
  }

  async #run() {
    let failures = 0;
    for (;;) {
      this.#wake = false;
      // Held for one sending, never while waiting: a tab that sleeps would keep the others from theirs.
      const outcome = await this.tabs.alone("sending", () => this.#sendOldest());
      if (outcome === SENT) failures = 0;
      else if (outcome !== NOTHING) await soon(Math.max(FIRST_WAIT * 2 ** Math.min(failures++, 4), outcome.wait));
      else if (!this.#wake) return;
    }
  }

  async #sendOldest() {
    const message = this.all().find(({ refusal }) => !refusal);
    if (!message) return NOTHING;
    if (Date.now() - message.written_at > STALE) return this.#refuse(message, "No alcanzó a enviarse.");
    try {
      await this.service.send(message);
    } catch (error) {
      const isFinal = error instanceof Refused && !error.isPassing && error.status !== 401;
      if (isFinal) return this.#refuse(message, error.message || "No se pudo enviar.");
      this.on.waiting(message);
      return { wait: (error.retryAfter ?? 0) * 1_000 };
    }
    this.forget(message);
    this.on.sent(message);
    return SENT;
  }

  #refuse(message, refusal) {
    const refused = { ...message, refusal };
    this.#keep(refused);
    this.on.refused(refused);
    return SENT; // it is out of the way of the next
  }

  #keep(message) {
    this.storage.set(`out:${message.client_id}`, message);
  }
}

// crypto.randomUUID needs https; a shop may try the chat over its local network.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
