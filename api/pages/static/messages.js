// Draws messages. What others wrote only ever becomes text nodes.

const MARKS = { "*": "strong", _: "em", "~": "s" };
// WhatsApp's rules: a mark opens before a letter and after a space, and closes the other way round.
const MARKED = /(^|[\s(¡¿"«])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s).,;:!?"»])/u;
const LINK = /https:\/\/[^\s<>"']+[^\s<>"'.,;:!?)]/u;

const clock = new Intl.DateTimeFormat("es-CL", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat("es-CL", { weekday: "long", day: "numeric", month: "long" });

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function formatted(text) {
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

function anchor(address) {
  const made = element("a", "", address);
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

export function timeOf(moment) {
  return clock.format(moment);
}

function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
}

// A message as an <li>. `act` is called with (text, choice id) when the visitor taps a card or a choice.
export function drawMessage(message, act) {
  const mine = message.sender === "contact";
  const item = element("li", `message ${mine ? "mine" : "theirs"}`);
  item.dataset.sender = message.sender;
  item.append(element("span", "hidden", mine ? "Tú:" : message.sender === "human" ? "Persona de la tienda:" : "Asistente:"));
  if (message.sender === "human") item.append(element("p", "from", "Persona de la tienda"));
  for (const part of arrange(message)) {
    if (part.cards) {
      const cards = element("div", "cards");
      cards.append(...part.cards.map((card) => drawCard(card, message.choices ?? [], act)));
      item.append(cards);
      item.classList.add("wide");
    } else {
      const bubble = element("div", "bubble");
      bubble.append(formatted(part.text));
      item.append(bubble);
    }
  }
  const cardsNumbered = [...item.querySelectorAll("button.card")];
  const others = (message.choices ?? []).filter((choice) => !cardsNumbered.some((card) => card.dataset.choice === choice.id));
  if (others.length) item.append(drawChoices(others, act));
  const meta = element("p", "meta");
  const time = element("time", "", timeOf(new Date(message.created_at)));
  time.dateTime = message.created_at;
  meta.append(time);
  item.append(meta);
  return item;
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
    if (found < 0) add("line", line);
    else add("card", { ...waiting.splice(found, 1)[0], number: /^(\d+)\./.exec(line)?.[1] });
  }
  for (const card of waiting) add("card", card);
  return parts
    .map((part) => (part.cards ? part : { text: part.lines.join("\n").trim() }))
    .filter((part) => part.cards || part.text);
}

function tells(line, card) {
  return /^(\d+\.\s|\*)/.test(line) && line.includes(card.title) && line.includes(card.price);
}

// A numbered card is tapped instead of the choice of the same product, or says its number.
function drawCard(card, choices, act) {
  const choice = choices.find(({ id }) => id.endsWith(`:${card.sku}`));
  const made = element(card.number ? "button" : "div", card.number ? "card" : "card unnumbered");
  if (card.number) {
    made.type = "button";
    made.append(element("span", "number", card.number));
    if (choice) made.dataset.choice = choice.id;
    made.addEventListener("click", () => (choice ? act(card.title, choice.id) : act(`El ${card.number}`)));
    made.setAttribute("aria-label", `Elegir ${card.number}: ${card.title}, ${card.price}, ${card.stock}`);
  }
  made.append(element("span", "title", card.title), element("span", "price", card.price));
  made.append(element("span", `stock ${levelOf(card.stock)}`, card.stock));
  return made;
}

function levelOf(stock) {
  if (/sin stock|agotad/i.test(stock)) return "none";
  const left = Number(/\d+/.exec(stock)?.[0] ?? Infinity);
  return left <= 3 ? "low" : "";
}

function drawChoices(choices, act) {
  const list = element("div", "choices");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "Respuestas rápidas");
  for (const choice of choices) {
    const button = element("button", "", choice.title);
    button.type = "button";
    button.addEventListener("click", () => act(choice.title, choice.id));
    list.append(button);
  }
  return list;
}
