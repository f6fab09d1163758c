// What the browser keeps between visits, under one channel's name. Where it refuses (private windows, sandboxes), the
// chat lasts as long as the page.

export class Storage {
  #memory = new Map();

  constructor(channel) {
    this.prefix = `caserita:${channel}:`;
  }

  get(name) {
    try {
      return this.#memory.get(name) ?? JSON.parse(localStorage.getItem(this.prefix + name));
    } catch {
      return null;
    }
  }

  set(name, value) {
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(value));
      this.#memory.delete(name);
    } catch {
      this.#memory.set(name, value);
    }
  }

  remove(name) {
    this.#memory.delete(name);
    try {
      localStorage.removeItem(this.prefix + name);
    } catch { /* see above */ }
  }

  // The values whose names begin so.
  all(start) {
    const names = new Set([...this.#memory.keys()]);
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(this.prefix)) names.add(key.slice(this.prefix.length));
    } catch { /* see above */ }
    return [...names].filter((name) => name.startsWith(start)).map((name) => this.get(name)).filter(Boolean);
  }

  // Calls back with the name of what another tab changed.
  watch(callback) {
    addEventListener("storage", ({ key }) => {
      if (key?.startsWith(this.prefix)) callback(key.slice(this.prefix.length));
    });
  }
}
