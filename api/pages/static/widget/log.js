// The conversation as a list: each message once, in the order of its position, what is still to be sent at the end.

import { button, dayOf, drawMessage, drawTime, element } from "./messages.js";

const SENDING = "Enviando…";
const TOLD_AFTER = 1_200;

export class Log {
  newest = 0;
  #drawn = new Map(); // position -> <li>
  #pending = new Map(); // client id -> <li>
  #known = new Set(); // client ids of those that arrived

  // `on.speak(text, choice)`, `on.retry(message)`, `on.discard(message)`.
  constructor(list, on) {
    this.list = list;
    this.on = on;
  }

  get isEmpty() {
    return this.#drawn.size + this.#pending.size === 0;
  }

  // Whether it was not there before. Of several that are read back, `settle` once after the last.
  show(message, isNew) {
    if (this.#drawn.has(message.position)) return false;
    const item = this.#arrived(message) ?? drawMessage(message, this.on.speak);
    if (isNew && !item.isConnected) item.classList.add("new");
    this.#drawn.set(message.position, item);
    this.newest = Math.max(this.newest, message.position);
    this.#place(item, message);
    if (isNew) this.settle();
    return true;
  }

  // What was shown before it was sent stays as it is: nothing jumps, nothing is read out twice.
  #arrived(message) {
    if (!message.client_id) return null;
    this.#known.add(message.client_id);
    const item = this.#pending.get(message.client_id);
    this.#pending.delete(message.client_id);
    if (!item) return null;
    if (item.querySelector(".bubble")?.textContent !== message.text) {
      item.remove(); // the service keeps it cleaned
      return null;
    }
    item.classList.remove("new", "failed");
    item.querySelector(".meta").replaceChildren(drawTime(message.created_at));
    return item;
  }

  expect(message) {
    if (this.#pending.has(message.client_id) || this.#known.has(message.client_id)) return;
    const written = { ...message, sender: "contact", created_at: new Date(message.written_at).toISOString() };
    const item = drawMessage(written, this.on.speak);
    item.dataset.day = dayOf(new Date(message.written_at));
    item.classList.add("new");
    this.#pending.set(message.client_id, item);
    this.list.append(item);
    this.settle();
    // Mostly it has arrived by then.
    setTimeout(() => { if (item.dataset.told === undefined) this.mark(message, SENDING); }, TOLD_AFTER);
  }

  mark(message, words) {
    const item = this.#pending.get(message.client_id);
    if (!item) return;
    item.dataset.told = "";
    item.classList.toggle("failed", Boolean(message.refusal));
    const meta = item.querySelector(".meta");
    meta.textContent = message.refusal ?? words;
    if (!message.refusal) return;
    meta.append(button("", "Reintentar", () => this.on.retry(message)), button("", "Borrar", () => this.on.discard(message)));
  }

  remove({ client_id }) {
    this.#pending.get(client_id)?.remove();
    this.#pending.delete(client_id);
    this.settle();
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
    for (const other of backwards(this.list.lastElementChild)) {
      if (other === item) continue;
      if (other.dataset.position && Number(other.dataset.position) < message.position) break;
      later = other;
    }
    if (!item.isConnected || nextMessage(item) !== later) this.list.insertBefore(item, later);
  }

  // Day marks, groups of one sender, and only the last answers still to be tapped.
  settle() {
    let before = null;
    for (const item of this.list.querySelectorAll(".message")) {
      const isNewDay = item.dataset.day !== before?.dataset.day;
      const mark = item.previousElementSibling?.classList.contains("day") ? item.previousElementSibling : null;
      if (mark && (!isNewDay || mark.textContent !== item.dataset.day)) mark.remove();
      if (isNewDay && !mark?.isConnected) this.list.insertBefore(element("li", "day", item.dataset.day), item);
      item.classList.toggle("first", isNewDay || item.dataset.sender !== before?.dataset.sender);
      before = item;
    }
    for (const mark of this.list.querySelectorAll(".day")) if (!mark.nextElementSibling?.matches(".message")) mark.remove();
    for (const choices of this.list.querySelectorAll(".choices")) {
      const isOver = choices.parentElement !== before;
      if (choices.hidden !== isOver) choices.hidden = isOver;
    }
  }
}

function* backwards(from) {
  for (let item = from; item; item = item.previousElementSibling) if (item.matches(".message")) yield item;
}

function nextMessage(item) {
  let next = item.nextElementSibling;
  while (next && !next.matches(".message")) next = next.nextElementSibling;
  return next;
}
