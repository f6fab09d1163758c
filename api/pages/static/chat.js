// The page: what was said, what is being said, and the box to say more.

import { Connection, Refused } from "./connection.js";
import { dayOf, drawMessage, element } from "./messages.js";

const { channel, store } = document.body.dataset;
const $ = (id) => document.getElementById(id);
const [log, scroll, welcome, typing, notice, latest, text, send] =
  ["log", "scroll", "welcome", "typing", "notice", "latest", "text", "send"].map($);
const RETRY_AFTER = 3_000;

let connection = new Connection(channel);
let newest = 0;
let unread = 0;
const drawn = new Map(); // position -> <li>
const pending = new Map(); // client id -> { <li>, message }

async function start() {
  try {
    await connection.begin();
    let history;
    do {
      history = await connection.history(newest);
      for (const message of history.messages) show(message, false);
    } while (history.has_more);
    setState(history);
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return startOver();
    tell(error instanceof Refused && error.message ? error.message : "No pudimos abrir el chat. Reintentando…");
    setTimeout(start, RETRY_AFTER);
    return;
  }
  tell(null);
  welcome.hidden = drawn.size + pending.size > 0;
  $("person").hidden = false;
  toBottom();
  try {
    await connection.listen(newest, {
      message: (message) => show(message, true),
      state: setState,
      connected: () => { tell(null); resend(); },
      lost: () => tell("Sin conexión. Seguimos intentando…"),
    });
  } catch {
    startOver();
  }
}

// The visit expired: a new one begins with an empty page.
function startOver() {
  connection.forget();
  connection = new Connection(channel);
  newest = 0;
  drawn.clear();
  log.replaceChildren();
  setTimeout(start, RETRY_AFTER);
}

function show(message, isNew) {
  if (drawn.has(message.position)) return;
  const stay = nearBottom();
  const waiting = pending.get(message.client_id);
  if (waiting) {
    pending.delete(message.client_id);
    waiting.item.remove();
  }
  const item = drawMessage(message, speak);
  if (isNew && !waiting) item.classList.add("new");
  drawn.set(message.position, item);
  newest = Math.max(newest, message.position);
  place(item, message);
  welcome.hidden = true;
  settle();
  if (stay || message.sender === "contact") toBottom();
  else latest.hidden = false;
  if (isNew && document.hidden && message.sender !== "contact") title(unread + 1);
}

// Keeps the order of positions, whatever the order of arrival; unsent messages stay last.
function place(item, message) {
  item.dataset.position = message.position;
  item.dataset.day = dayOf(new Date(message.created_at));
  const later = [...log.querySelectorAll("li.message")].find(
    (other) => !other.dataset.position || Number(other.dataset.position) > message.position,
  );
  log.insertBefore(item, later ?? null);
}

// Day marks, groups of one sender, and only the last message still to be tapped.
function settle() {
  for (const mark of log.querySelectorAll("li.day")) mark.remove();
  let before = null;
  for (const item of log.querySelectorAll("li.message")) {
    const newDay = item.dataset.day !== before?.dataset.day;
    if (newDay) log.insertBefore(element("li", "day", item.dataset.day), item);
    item.classList.toggle("first", newDay || item.dataset.sender !== before?.dataset.sender);
    before = item;
  }
  for (const item of log.querySelectorAll("li.message")) {
    for (const button of item.querySelectorAll("button.card")) button.disabled = item !== before;
    const choices = item.querySelector(".choices");
    if (choices) choices.hidden = item !== before;
  }
}

function setState({ status, is_typing: isTyping }) {
  const byPerson = status === "handed_off";
  $("presence-text").textContent = byPerson ? "Te atiende una persona de la tienda" : "Asistente virtual";
  $("person").hidden = byPerson;
  const stay = nearBottom();
  typing.hidden = !isTyping;
  if (isTyping && stay) toBottom();
}

function speak(words, choice = null) {
  const said = words.trim();
  if (!said) return;
  const message = { text: said, client_id: newId(), choice };
  const item = drawMessage({ ...message, sender: "contact", created_at: new Date().toISOString() }, speak);
  item.dataset.day = "Hoy";
  item.classList.add("new");
  pending.set(message.client_id, { item, message });
  log.append(item);
  welcome.hidden = true;
  settle();
  toBottom();
  deliver(message);
}

async function deliver(message) {
  mark(message, "Enviando…");
  try {
    await connection.begin();
    await connection.send(message);
    mark(message, "Enviado");
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return startOver();
    mark(message, error instanceof Refused && error.message ? error.message : "No se envió.", true);
  }
}

// Sending twice is safe: the service knows a message by its client id.
function resend() {
  for (const { item, message } of pending.values()) if (item.classList.contains("failed")) deliver(message);
}

function mark(message, words, failed = false) {
  const item = pending.get(message.client_id)?.item;
  if (!item) return;
  item.classList.toggle("failed", failed);
  const meta = item.querySelector(".meta");
  meta.textContent = words;
  if (failed) {
    const again = element("button", "", "Reintentar");
    again.type = "button";
    again.addEventListener("click", () => deliver(message));
    meta.append(" ", again);
  }
}

function tell(words) {
  notice.hidden = !words;
  notice.textContent = words ?? "";
  $("presence").classList.toggle("is-offline", Boolean(words));
}

function title(count) {
  unread = count;
  document.title = `${count ? `(${count}) ` : ""}${store} · Chat`;
}

function nearBottom() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
}

function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  latest.hidden = true;
}

function fit() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 3}px`;
  send.disabled = !text.value.trim();
}

// crypto.randomUUID needs https; a shop may try the chat over its local network.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  speak(text.value);
  text.value = "";
  fit();
  text.focus();
});
text.addEventListener("input", fit);
text.addEventListener("keydown", (event) => {
  // Not while an input method is composing; a new line with Shift.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
for (const button of welcome.querySelectorAll("button")) button.addEventListener("click", () => speak(button.dataset.text));
$("person").addEventListener("click", () => speak("Quiero hablar con una persona"));
latest.addEventListener("click", toBottom);
scroll.addEventListener("scroll", () => { if (nearBottom()) latest.hidden = true; }, { passive: true });
window.addEventListener("online", resend);
document.addEventListener("visibilitychange", () => { if (!document.hidden) title(0); });

fit();
start();
