// Draws messages. What others wrote only ever becomes text nodes.

const MARKS = { "*": "strong", _: "em", "~": "s" };
// WhatsApp's rules: a mark opens before a letter and after a space, and closes the other way round.
const MARKED = /(^|[\s(¡¿"«])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s).,;:!?"»])/u;
const LINK = /https:\/\/[^\s<>"']+[^\s<>"'.,;:!?)]/u;
const NUMBERED = /^(\d+)[.)]\s/;

const clock = new Intl.DateTimeFormat("es-CL", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat("es-CL", { weekday: "long", day: "numeric", month: "long" });

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function button(className, text, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", ({ detail }) => { if (detail < 2) act(); }); // a double click is one
  return made;
}

// Says something of the visitor's each time it is tapped: what follows in a moment is the same tap.
export function speaker(className, text, act) {
  const made = button(className, text, () => {
    if (made.hasAttribute("aria-disabled")) return;
    made.setAttribute("aria-disabled", "true"); // `disabled` would lose the focus
    setTimeout(() => made.removeAttribute("aria-disabled"), 1_500);
    act();
  });
  return made;
}

function formatted(text) {
  const fragment = document.createDocumentFragment();
  let rest = text;
  for (;;) {
    const link = LINK.exec(rest);
    const mark = MARKED.exec(rest);
    if (!link && !mark) break;
    const isLink = link && (!mark || link.index <= mark.index);
    const start = isLink ? link.index : mark.index + mark[1].length;
    fragment.append(rest.slice(0, start));
    fragment.append(isLink ? anchor(link[0]) : wrapped(MARKS[mark[2]], mark[3]));
    rest = rest.slice(isLink ? start + link[0].length : mark.index + mark[0].length);
  }
  fragment.append(rest);
  return fragment;
}

function wrapped(tag, text) {
  const made = element(tag);
  made.append(formatted(text));
  return made;
}

function anchor(address, words = address) {
  const made = element("a", "", words);
  made.href = address;
  made.target = "_blank";
  made.rel = "noopener noreferrer nofollow";
  return made;
}

export function dayOf(moment) {
  const today = new Date();
  const days = Math.round((midnight(today) - midnight(moment)) / 86_400_000);
  if (days <= 0) return "Hoy";
  return days === 1 ? "Ayer" : calendar.format(moment);
}

function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
}

const AUTHORS = { contact: "Tú:", human: "Persona de la tienda:" };

// A message as an <li>. `act` is called with (text, choice id) when the visitor taps a card or a choice.
export function drawMessage(message, act) {
  const mine = message.sender === "contact";
  const item = element("li", `message ${mine ? "mine" : "theirs"}`);
  item.dataset.sender = message.sender;
  item.append(element("span", "unseen", AUTHORS[message.sender] ?? "Asistente:"));
  if (message.sender === "human") item.append(element("p", "from", "Persona de la tienda"));
  const choices = message.choices ?? [];
  for (const part of arrange(message)) item.append(part.cards ? drawCards(part.cards, choices, act) : drawText(part.text));
  for (const media of message.media ?? []) item.append(...drawMedia(media));
  item.classList.toggle("wide", Boolean(item.querySelector(".cards")));
  // What a card offers, or says there is none of, needs no button besides.
  const others = choices.filter(({ id }) => !(message.cards ?? []).some(({ sku }) => takes(id, sku)));
  if (others.length) item.append(drawChoices(others, act));
  const meta = element("p", "meta");
  meta.append(drawTime(message.created_at));
  item.append(meta);
  return item;
}

export function drawTime(moment) {
  const time = element("time", "", clock.format(new Date(moment)));
  time.dateTime = moment;
  return time;
}

// The first words of a message, for who has the chat closed.
export function glimpse(message) {
  const [line = ""] = message.text.split("\n").filter((each) => each.trim());
  return line.replace(/(^|\s)[*_~]|[*_~](?=\s|[.,:;!?]|$)/g, "$1") || message.media?.[0]?.caption || "Mensaje nuevo";
}

// The text says everything, cards say it nicer: each card takes the place of the line that tells the same.
function arrange(message) {
  const waiting = [...(message.cards ?? [])];
  const parts = [];
  const add = (kind, value) => {
    const last = parts.at(-1);
    if (kind === "card") last?.cards ? last.cards.push(value) : parts.push({ cards: [value] });
    else if (last?.lines) last.lines.push(value);
    else parts.push({ lines: [value] });
  };
  for (const line of message.text.split("\n")) {
    const found = waiting.findIndex((card) => tells(line, card));
    if (found < 0 || saysMore(line, waiting[found])) add("line", line);
    if (found >= 0) add("card", { ...waiting.splice(found, 1)[0], number: NUMBERED.exec(line)?.[1] });
  }
  for (const card of waiting) add("card", card);
  return parts
    .map((part) => (part.cards ? part : { text: part.lines.join("\n").trim() }))
    .filter((part) => part.cards || part.text);
}

// In the text a name's own marks are look-alikes (∗ for *), so that they format nothing.
function tells(line, card) {
  const said = plain(line);
  return (NUMBERED.test(line) || /^[*•-]/.test(line)) && said.includes(plain(card.title)) && said.includes(card.price);
}

// Than its card does: "…, con guantes de regalo".
function saysMore(line, { title, price, stock }) {
  let rest = plain(line).replace(NUMBERED, "");
  for (const said of [title, price, stock]) rest = rest.replace(plain(said), " ");
  return /\p{L}{2}/u.test(rest.replace(/\d+|\b(?:quedan?|disponibles?|unidad(?:es)?|hay|en|stock|por|desde|precio)\b/giu, " "));
}

function plain(text) {
  return text.replace(/[*_~`∗ˍ∼ˋ]/gu, "");
}

function drawText(text) {
  const bubble = element("div", "bubble");
  bubble.append(formatted(text));
  return bubble;
}

function drawCards(cards, choices, act) {
  const list = element("div", cards.length === 1 ? "cards solo" : "cards");
  list.append(...cards.map((card) => drawCard(card, choices, act)));
  return list;
}

function drawCard(card, choices, act) {
  const made = element("article", "card");
  if (card.number) made.append(element("span", "number", card.number));
  const picture = drawPicture(card.image_url, "");
  if (picture) {
    made.classList.add("pictured");
    picture.addEventListener("error", () => { picture.remove(); made.classList.remove("pictured"); });
    made.append(picture);
  }
  const level = levelOf(card.stock);
  const told = element("div", "told");
  told.append(element("h3", "title", card.title), element("p", "price", card.price));
  if (card.stock) told.append(element("p", `stock ${level}`, card.stock));
  made.append(told);
  if (level !== "none") made.append(drawAdd(card, choices, act));
  return made;
}

// Tapped any time later too: what a product costs and whether there is any is looked up again then.
function drawAdd(card, choices, act) {
  const choice = choices.find(({ id }) => takes(id, card.sku))?.id ?? `take:1:${card.sku}`;
  const add = speaker("add", "Agregar", () => act(`Agregar ${card.title}`, choice));
  add.setAttribute("aria-label", `Agregar ${card.title}, ${card.price}`);
  return add;
}

function takes(choice, sku) {
  return /^take:\d+:/.test(choice) && choice.replace(/^take:\d+:/, "") === sku;
}

// Only by https, and without telling where it is shown.
function drawPicture(address, words) {
  if (!/^https:\/\//i.test(address ?? "")) return null;
  const picture = element("img", "picture");
  Object.assign(picture, { referrerPolicy: "no-referrer", loading: "lazy", decoding: "async", alt: words });
  picture.src = address;
  return picture;
}

// With what is said about it. A picture that does not load is a file like others.
function drawMedia({ kind, url, caption, filename }) {
  const said = caption ? [drawText(caption)] : [];
  const picture = kind === "image" || kind === "sticker" ? drawPicture(url, caption || "Imagen") : null;
  if (!picture) return [drawFile(url, filename || "Ver archivo"), ...said];
  picture.addEventListener("error", () => picture.replaceWith(drawFile(url, filename || "Ver imagen")));
  return [picture, ...said];
}

function drawFile(url, words) {
  const bubble = element("div", "bubble");
  bubble.append(/^https:\/\//i.test(url) ? anchor(url, words) : words);
  return bubble;
}

function levelOf(stock) {
  if (/sin stock|agotad/i.test(stock)) return "none";
  const left = Number(/\d[\d.]*/.exec(stock)?.[0].replaceAll(".", "") ?? Infinity);
  return left <= 3 ? "low" : "";
}

function drawChoices(choices, act) {
  const list = element("div", "choices");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "Respuestas rápidas");
  for (const { id, title, description } of choices) {
    const made = button("", title, () => act(title, id));
    if (description) made.append(element("small", "", description));
    list.append(made);
  }
  return list;
}
