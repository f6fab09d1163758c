// What is around the conversation: the button on the page, the panel (a whole screen on phones), the box to write in.

import { paint } from "./colour.js";
import { Composer } from "./composer.js";
import { icon } from "./icons.js";
import { holdFocus } from "./focus.js";
import { button, element, speaker } from "./messages.js";

const PEOPLE = "Quiero hablar con una persona";
const PEOPLE_OFFERED = "Hablar con una persona";
const BY_AGENT = "Responde un asistente virtual.";
const BY_PERSON = "Te atiende una persona de la tienda";
const SHEET = "(max-width: 560px), (max-height: 520px)";
const MOST_COUNTED = 9;

export class Frame {
  #isOpen = false;

  // `on.speak(text)`, `on.opened()`, `on.closed()`.
  constructor({ css, introduction, side, color, mode }, on) {
    this.on = on;
    this.store = introduction.store_name;
    this.isPage = mode === "page";
    this.narrow = matchMedia(SHEET);
    this.host = element("div");
    this.host.dataset.caserita = "";
    this.root = this.host.attachShadow({ mode: "open" });
    dress(this.root, css);
    this.#draw(introduction);
    this.shell.classList.toggle("page", this.isPage);
    this.shell.classList.toggle("left", side === "left");
    if (this.isPage || getComputedStyle(document.documentElement).colorScheme.includes("dark")) this.shell.classList.add("follows");
    if (color) paint(this.shell, color);
    this.attach();
    this.#listen();
    if (this.isPage) this.#setOpen(true);
  }

  get isOpen() {
    return this.#isOpen;
  }

  get isSheet() {
    return !this.isPage && this.narrow.matches;
  }

  get isSeen() {
    return this.#isOpen && !document.hidden;
  }

  get isNearEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 120;
  }

  // Also to where a site has put a new body, or taken everything out of the old one.
  attach() {
    if (this.host.isConnected) return;
    document.body.append(this.host);
    if (this.#isOpen) this.toEnd();
  }

  #draw({ store_name: store, suggestions }) {
    const initial = [...store].find((letter) => /[\p{L}\p{N}]/u.test(letter))?.toUpperCase() ?? "C";
    this.shell = element("div", "shell");
    this.shell.lang = "es-CL";
    this.panel = element("section", "panel");
    this.panel.hidden = true;
    this.panel.tabIndex = -1;
    this.panel.setAttribute("aria-label", `Chat con ${store}`);
    this.notice = element("p", "notice");
    this.notice.setAttribute("role", "status");
    this.notice.hidden = true;
    this.composer = new Composer((text) => this.on.speak(text));
    this.latest = button("latest", "Mensajes nuevos ", () => this.toEnd());
    this.latest.append(icon("down", 16));
    this.latest.hidden = true;
    this.fine = element("p", "fine");
    this.fineText = element("span", "", BY_AGENT);
    this.person = speaker("", PEOPLE_OFFERED, () => this.on.speak(PEOPLE));
    this.fine.append(this.fineText, this.person);
    this.panel.append(this.#drawTop(store, initial), this.notice, this.#drawScroll(store, initial, suggestions));
    this.panel.append(this.latest, this.composer.form, this.fine);
    this.shell.append(this.panel);
    if (!this.isPage) this.shell.append(this.#drawGlimpse(), this.#drawLauncher());
    this.root.append(this.shell);
  }

  #drawTop(store, initial) {
    const top = element("header", "top");
    const avatar = element("span", "avatar", initial);
    avatar.setAttribute("aria-hidden", "true");
    const who = element("div", "who");
    this.presence = element("p", "presence");
    this.presenceText = element("span", "", "Asistente virtual");
    this.presence.append(element("span", "dot"), this.presenceText);
    who.append(element(this.isPage ? "h1" : "h2", "name", store), this.presence);
    top.append(avatar, who);
    if (!this.isPage) {
      const close = button("close", "", () => this.close());
      close.setAttribute("aria-label", "Cerrar el chat");
      close.append(icon("close", 22));
      top.append(close);
    }
    return top;
  }

  #drawScroll(store, initial, suggestions) {
    this.scroll = element("div", "scroll");
    this.welcomed = element("section", "welcome");
    this.welcomed.hidden = true;
    const avatar = element("span", "avatar large", initial);
    avatar.setAttribute("aria-hidden", "true");
    const words = element("p", "", "Soy el asistente virtual de ");
    words.append(element("strong", "", store), ". Te digo precio y stock al momento y te armo el pedido.");
    const ideas = element("ul", "suggestions");
    ideas.setAttribute("aria-label", "Ideas para empezar");
    for (const suggestion of suggestions) {
      const idea = element("li");
      idea.append(button("", suggestion, () => this.on.speak(suggestion)));
      ideas.append(idea);
    }
    this.welcomed.append(avatar, element(this.isPage ? "h2" : "h3", "", "¡Hola! ¿Qué andas buscando?"), words, ideas);
    this.list = element("ol", "log");
    this.heard = element("div"); // around the list, which stays one to who hears it
    this.heard.append(this.list);
    for (const [name, value] of [["role", "log"], ["aria-live", "polite"], ["aria-relevant", "additions"], ["aria-label", "Conversación"]]) {
      this.heard.setAttribute(name, value);
    }
    this.typing = element("div", "typing");
    this.typing.setAttribute("role", "status");
    this.typing.hidden = true;
    this.typing.append(element("span", "unseen", "Escribiendo una respuesta"), element("i"), element("i"), element("i"));
    this.scroll.append(this.welcomed, this.heard, this.typing);
    return this.scroll;
  }

  #drawLauncher() {
    this.launcher = button("launcher", "", () => (this.#isOpen ? this.close() : this.open()));
    this.launcher.append(icon("chat", 30), icon("down", 30));
    this.launcher.setAttribute("aria-expanded", "false");
    this.count = element("span", "count");
    this.count.hidden = true;
    this.launcher.append(this.count);
    this.badge(0);
    return this.launcher;
  }

  #drawGlimpse() {
    this.glimpse = element("div", "glimpse");
    this.glimpse.setAttribute("role", "status");
    this.glimpse.hidden = true;
    return this.glimpse;
  }

  #listen() {
    holdFocus(this);
    new MutationObserver(() => { if (document.body) this.attach(); }).observe(document.documentElement, { childList: true });
    this.scroll.addEventListener("scroll", () => { if (this.isNearEnd) this.latest.hidden = true; }, { passive: true });
    this.narrow.addEventListener("change", () => this.#fit());
    // The keyboard of a phone covers the page without resizing it.
    window.visualViewport?.addEventListener("resize", () => this.#fit());
    window.visualViewport?.addEventListener("scroll", () => this.#fit());
    const resized = new ResizeObserver(() => { if (this.wasNearEnd) this.toEnd(); });
    for (const part of [this.scroll, this.list]) resized.observe(part); // the list grows when a picture has come
    this.scroll.addEventListener("scroll", () => { this.wasNearEnd = this.isNearEnd; }, { passive: true });
  }

  // Only now is it known whether there was a conversation.
  ready(isEmpty) {
    this.welcome(isEmpty);
    if (this.launcher) this.launcher.classList.add("here");
  }

  // `quietly`: as it was on the page before, without taking the focus.
  open({ quietly = false } = {}) {
    if (this.#isOpen) return;
    this.shell.classList.toggle("quiet", quietly);
    this.#setOpen(true);
    this.on.opened();
    this.toEnd();
    if (!quietly) this.focus();
  }

  // Where the visitor goes on. On a phone the keyboard would hide what was answered.
  focus({ toWrite = true } = {}) {
    if (!this.#isOpen) this.launcher.focus();
    else if (toWrite && !this.isSheet) this.composer.focus();
    else this.panel.focus();
  }

  close() {
    if (!this.#isOpen || this.isPage) return;
    this.#setOpen(false);
    this.on.closed();
    this.focus();
  }

  #setOpen(isOpen) {
    this.#isOpen = isOpen;
    this.panel.hidden = !isOpen;
    this.shell.classList.toggle("open", isOpen);
    if (this.launcher) {
      this.launcher.setAttribute("aria-expanded", String(isOpen));
      this.glimpse.hidden = true;
      this.badge(0);
    }
    this.#fit();
  }

  #fit() {
    const covers = this.isSheet && this.#isOpen;
    this.panel.setAttribute("role", this.isPage ? "main" : "dialog");
    if (!this.isPage) this.panel.setAttribute("aria-modal", String(covers));
    if (covers !== this.covered) {
      this.covered = covers;
      this.#watchBack(covers);
      const { style } = document.documentElement;
      if (covers) this.overflow = style.overflow; // the site's own
      style.overflow = covers ? "hidden" : this.overflow ?? "";
    }
    const seen = window.visualViewport;
    // Who enlarges the page with two fingers wants to see a part of it, not all of the chat within that part.
    if (seen && seen.scale < 1.05 && (covers || this.isPage)) {
      this.panel.style.setProperty("--seen", `${seen.height}px`);
      this.panel.style.setProperty("--above", `${seen.offsetTop}px`);
    }
  }

  // The back gesture of a phone closes the sheet instead of leaving the site, where browsers can tell.
  #watchBack(covers) {
    this.back?.destroy();
    this.back = covers && "CloseWatcher" in window ? new CloseWatcher() : null;
    if (this.back) this.back.onclose = () => this.close();
  }

  draft(text) {
    this.composer.fill(text);
  }

  welcome(isEmpty) {
    this.welcomed.hidden = !isEmpty;
  }

  tell(words) {
    this.notice.hidden = !words;
    this.notice.textContent = words ?? "";
    this.presence.classList.toggle("is-offline", Boolean(words));
  }

  // What is read back is not news to a screen reader.
  busy(isBusy) {
    this.heard.setAttribute("aria-busy", String(isBusy));
  }

  setState(isByPerson, isTyping) {
    this.presenceText.textContent = isByPerson ? BY_PERSON : "Asistente virtual";
    this.fineText.textContent = isByPerson ? "Una persona de la tienda lee lo que escribes." : BY_AGENT;
    this.person.hidden = isByPerson;
    const stay = this.isNearEnd;
    this.typing.hidden = !isTyping;
    if (isTyping && stay) this.toEnd();
  }

  toEnd() {
    this.scroll.scrollTop = this.welcomed.hidden ? this.scroll.scrollHeight : 0;
    this.latest.hidden = true;
  }

  offerLatest() {
    this.latest.hidden = !this.#isOpen;
  }

  peek(words) {
    if (!this.glimpse || this.#isOpen) return;
    const open = button("words", words, () => this.open());
    const dismiss = button("dismiss", "", () => { this.glimpse.hidden = true; });
    dismiss.setAttribute("aria-label", "Ocultar el aviso");
    dismiss.append(icon("close", 16));
    this.glimpse.replaceChildren(open, dismiss);
    this.glimpse.hidden = false;
  }

  badge(count) {
    if (this.isPage) {
      document.title = `${count ? `(${count}) ` : ""}${this.store} · Chat`;
      return;
    }
    const shown = this.#isOpen ? 0 : count;
    this.count.hidden = !shown;
    this.count.textContent = shown > MOST_COUNTED ? `${MOST_COUNTED}+` : String(shown);
    const news = shown ? `, ${shown} ${shown === 1 ? "mensaje nuevo" : "mensajes nuevos"}` : "";
    this.launcher.setAttribute("aria-label", this.#isOpen ? "Cerrar el chat" : `Abrir el chat con ${this.store}${news}`);
    if (!shown) this.glimpse.hidden = true;
  }
}

// A constructed sheet needs no permission from the site's policy; older browsers get an element.
function dress(root, css) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(element("style", "", css));
  }
}
