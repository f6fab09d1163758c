// The box to write in: grows with what is written, sends with Enter.

import { icon } from "./icons.js";
import { element } from "./messages.js";

const LONGEST = 4_000;

export class Composer {
  constructor(speak) {
    this.form = element("form", "composer");
    this.form.autocomplete = "off";
    this.text = element("textarea", "text");
    Object.assign(this.text, { rows: 1, maxLength: LONGEST, placeholder: "Escribe un mensaje", enterKeyHint: "send" });
    this.text.setAttribute("aria-label", "Escribe tu mensaje");
    this.send = element("button", "send");
    this.send.type = "submit";
    this.send.setAttribute("aria-label", "Enviar");
    this.send.append(icon("send", 22));
    this.full = element("p", "full", "Hasta aquí llega un mensaje. Lo demás puede ir en otro.");
    this.full.setAttribute("role", "status");
    this.form.append(this.full, this.text, this.send);
    this.text.addEventListener("input", () => this.#fit());
    this.text.addEventListener("keydown", (event) => this.#onKey(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = this.text.value;
      this.fill("");
      this.focus();
      speak(words);
    });
    this.#fit();
  }

  focus() {
    this.text.focus({ preventScroll: true });
  }

  fill(words) {
    this.text.value = words.slice(0, LONGEST);
    this.#fit();
  }

  #onKey(event) {
    // Not while an input method is composing; a new line with Shift.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!this.send.disabled) this.form.requestSubmit();
  }

  #fit() {
    this.text.style.height = "auto";
    if (this.text.scrollHeight) this.text.style.height = `${this.text.scrollHeight + 3}px`;
    this.send.disabled = !this.text.value.trim();
    this.full.hidden = this.text.value.length < LONGEST;
  }
}
