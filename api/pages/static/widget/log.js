// The conversation as a list: each message once, in the order of its position, what is still to be sent at the end.

import { button, dayOf, drawMessage, element } from "./messages.js";

export class Log {
  newest = 0;
  #drawn = new Map(); // position -> <li>
  #pending = new Map(); // client id -> <li>
  #arrived = new Set(); // client ids

  // `on.speak(text, choice)`, `on.retry(message)`, `on.discard(message)`.
  constructor(list, on) {
    this.list = list;
    this.on = on;
  }

  get isEmpty() {
    return this.#drawn.size + this.#pending.size === 0;
  }

  // Whether it was not there before.
  show(message, isNew) {
    if (this.#drawn.has(message.position)) return false;
    const waiting = this.#pending.get(message.client_id);
    const hadFocus = waiting?.contains(waiting.getRootNode().activeElement);
    waiting?.remove();
    this.#pending.delete(message.client_id);
    if (message.client_id) this.#arrived.add(message.client_id);
    const item = drawMessage(message, this.on.speak);
    if (isNew && !waiting) item.classList.add("new");
    // Read out once: it was, when it was written.
    if (waiting) item.setAttribute("aria-live", "off");
    this.#drawn.set(message.position, item);
    this.newest = Math.max(this.newest, message.position);
    this.#place(item, message);
    this.#settle();
    if (hadFocus) this.list.focus();
    return true;
  }

  expect(message) {
    if (this.#pending.has(message.client_id) || this.#arrived.has(message.client_id)) return;
    const written = { ...message, sender: "contact", created_at: new Date(message.written_at).toISOString() };
    const item = drawMessage(written, this.on.speak);
    item.dataset.day = dayOf(new Date(message.written_at));
    item.classList.add("new");
    this.#pending.set(message.client_id, item);
    this.list.append(item);
    this.#settle();
    this.mark(message, message.refusal ? "" : "Enviando…");
  }

  mark(message, words) {
    const item = this.#pending.get(message.client_id);
    if (!item) return;
    item.classList.toggle("failed", Boolean(message.refusal));
    const meta = item.querySelector(".meta");
    meta.textContent = message.refusal ?? words;
    if (!message.refusal) return;
    meta.append(button("", "Reintentar", () => this.on.retry(message)), button("", "Borrar", () => this.on.discard(message)));
  }

  remove({ client_id }) {
    this.#pending.get(client_id)?.remove();
    this.#pending.delete(client_id);
    this.#settle();
  }

  clear() {
    this.newest = 0;
    this.#drawn.clear();
    this.#pending.clear();
    this.list.replaceChildren();
  }

  #place(item, message) {
    item.dataset.position = message.position;
    item.dataset.day = dayOf(new Date(message.created_at));
    let later = null; // most come last: looked for from the end
    for (let other = this.list.lastElementChild; other; other = other.previousElementSibling) {
      if (other.dataset.position && Number(other.dataset.position) < message.position) break;
      if (other.classList.contains("message")) later = other;
    }
    this.list.insertBefore(item, later);
  }

  // Day marks, groups of one sender, and only the last answers still to be tapped.
  #settle() {
    for (const mark of this.list.querySelectorAll(".day")) mark.remove();
    let before = null;
    for (const item of this.list.querySelectorAll(".message")) {
      const isNewDay = item.dataset.day !== before?.dataset.day;
      if (isNewDay) this.list.insertBefore(element("li", "day", item.dataset.day), item);
      item.classList.toggle("first", isNewDay || item.dataset.sender !== before?.dataset.sender);
      before = item;
    }
    for (const choices of this.list.querySelectorAll(".choices")) choices.hidden = choices.parentElement !== before;
  }
}
