// The chat of one channel on one page: its parts, and what each tells the others.

import { glimpse } from "./messages.js";
import { Frame } from "./frame.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Refused, SELDOM, Service, soon } from "./service.js";
import { Storage } from "./storage.js";
import { Tabs } from "./tabs.js";

export function mount(options) {
  const chat = new Chat(options);
  chat.begin();
  return { open: (draft) => chat.open(draft), close: () => chat.frame.close(), attach: () => chat.frame.attach() };
}

class Chat {
  #began = false;
  #failures = 0;
  theirs = []; // positions of what the visitor did not write

  constructor({ channel, api, ...options }) {
    this.storage = new Storage(channel);
    this.tabs = new Tabs(channel);
    this.service = new Service(api, this.storage, this.tabs);
    const speak = (text, choice) => this.speak(text, choice);
    this.frame = new Frame(options, {
      speak,
      opened: () => { this.#remember(true); this.#seen(); },
      closed: () => this.#remember(false),
    });
    this.log = new Log(this.frame.list, {
      speak,
      retry: (message) => { this.log.mark({ ...message, refusal: null }, "Enviando…"); this.outbox.retry(message); },
      discard: (message) => this.#discard(message),
    });
    this.outbox = new Outbox(this.service, this.storage, this.tabs, {
      waiting: (message) => { this.log.mark(message, "Se enviará en cuanto se pueda"); this.#lost(); },
      sent: () => this.#connected(),
      refused: (message) => this.log.mark(message),
    });
    this.service.onNewVisitor = () => this.#startOver();
    this.tabs.hear((news) => this.#hear(news));
    this.storage.watch((name) => this.#noticeTab(name));
    document.addEventListener("visibilitychange", () => this.#seen());
  }

  begin() {
    for (const message of this.outbox.all()) this.#expect(message);
    if (this.service.isKnown || !this.log.isEmpty) this.#visit();
    this.frame.ready(this.log.isEmpty);
    const isRecent = Date.now() - (this.storage.get("open") ?? 0) < STAYS_OPEN;
    if (isRecent && !this.frame.isSheet) this.frame.open({ quietly: true });
  }

  open(draft) {
    this.frame.open();
    if (typeof draft === "string") this.frame.draft(draft);
  }

  speak(words, choice = null) {
    const text = words.trim();
    if (!text) return;
    const message = this.outbox.add(text, choice);
    this.#expect(message);
    this.tabs.tell({ expect: message });
    this.frame.toEnd();
    this.#visit();
  }

  #expect(message) {
    this.log.expect(message);
    if (message.refusal) this.log.mark(message);
    this.frame.welcome(false);
  }

  #discard(message, isNews = false) {
    this.outbox.forget(message);
    if (!isNews) this.tabs.tell({ discard: message });
    this.log.remove(message);
    this.frame.welcome(this.log.isEmpty);
  }

  // From the first message on, or when there was a conversation before.
  #visit() {
    this.outbox.flush();
    if (this.#began) return;
    this.#began = true;
    this.#read();
  }

  async #read() {
    this.frame.busy(true);
    for (;;) {
      try {
        const history = await this.service.history(this.log.newest);
        this.#readBack(history.messages);
        this.#setState(history);
        if (history.has_more) continue;
        break;
      } catch (error) {
        const isEnd = error instanceof Refused && error.isEnd;
        this.#lost(isEnd ? error.message : null);
        await soon(isEnd ? SELDOM : Math.min(1_000 * 2 ** this.#failures++, 15_000));
      }
    }
    this.#failures = 0;
    this.frame.busy(false);
    this.#connected();
    this.frame.toEnd();
    this.#seen();
    this.service.listen({
      position: () => this.log.newest,
      message: (message) => { this.#show(message); this.tabs.tell({ message }); },
      state: (state) => { this.#setState(state); this.tabs.tell({ state }); },
      connected: () => { this.#connected(); this.outbox.flush(); },
      lost: (words) => this.#lost(words),
    });
  }

  // Of a long conversation too, at once: nothing is measured in between.
  #readBack(messages) {
    const stay = this.frame.isNearEnd;
    for (const message of messages) if (this.log.show(message, false)) this.#shown(message);
    this.log.settle();
    this.frame.welcome(this.log.isEmpty);
    if (stay) this.frame.toEnd();
  }

  #connected() {
    clearTimeout(this.losing);
    this.losing = null;
    this.frame.tell(null);
  }

  // What is back in a moment is nothing to be told.
  #lost(words) {
    if (words) this.frame.tell(words);
    else this.losing ??= setTimeout(() => this.frame.tell(OFFLINE), navigator.onLine ? 4_000 : 0);
  }

  // Another tab's news are shown at once; the stream would bring them too, and each is shown once.
  #hear({ message, state, expect, discard }) {
    if (expect) this.#expect(expect);
    if (discard) this.#discard(discard, true);
    if (message && message.position <= this.log.newest + 1) this.#show(message);
    if (state) this.#setState(state);
    if (!this.#began) this.#visit();
  }

  #noticeTab(name) {
    if (name.startsWith("out:")) {
      const message = this.storage.get(name);
      if (message) this.log.mark(message, "Enviando…");
    }
    if (name === "seen") this.#count();
    if (name === "session") this.service.noticeSession();
  }

  #show(message) {
    const stay = this.frame.isNearEnd;
    if (!this.log.show(message, true)) return;
    this.#shown(message);
    this.frame.welcome(false);
    const isMine = message.sender === "contact";
    if (stay || isMine) this.frame.toEnd();
    else this.frame.offerLatest();
    if (!isMine && !this.frame.isSeen) this.frame.peek(glimpse(message));
    this.#seen();
  }

  #shown(message) {
    if (message.sender === "contact") this.outbox.forget(message);
    else this.theirs.push(message.position);
  }

  #seen() {
    if (this.frame.isSeen && !this.frame.isPage) this.#remember(true);
    if (this.frame.isSeen && this.log.newest > (this.storage.get("seen") ?? 0)) this.storage.set("seen", this.log.newest);
    this.#count();
  }

  #count() {
    const seen = this.storage.get("seen") ?? 0;
    this.frame.badge(this.theirs.filter((position) => position > seen).length);
  }

  #remember(isOpen) {
    if (isOpen) this.storage.set("open", Date.now());
    else this.storage.remove("open");
  }

  #setState({ status, is_typing: isTyping }) {
    this.frame.setState(status === "handed_off", isTyping);
  }

  // The visit ended, past renewing: a new one begins with an empty page, and what was not sent yet.
  #startOver() {
    this.log.clear();
    this.theirs = [];
    this.storage.remove("seen");
    for (const message of this.outbox.all()) this.#expect(message);
    this.frame.welcome(this.log.isEmpty);
  }
}

const STAYS_OPEN = 30 * 60_000; // from page to page of a site, on a computer
const OFFLINE = "Sin conexión. Seguimos intentando…";
