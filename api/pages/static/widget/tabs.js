// Several tabs of one visitor: what only one may do at a time, and news from one to the others.

const FREE = { release() {} };

export class Tabs {
  constructor(channel) {
    this.name = `caserita:${channel}`;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(this.name) : null;
  }

  tell(news) {
    this.channel?.postMessage(news);
  }

  hear(callback) {
    this.channel?.addEventListener("message", ({ data }) => callback(data));
  }

  // Runs `task` in one tab at a time. Where there are no locks (plain http) or the visitor lets sites keep nothing, at
  // once: the service drops doubles.
  async alone(work, task) {
    let began = false;
    try {
      return await navigator.locks.request(`${this.name}:${work}`, () => { began = true; return task(); });
    } catch (error) {
      if (began) throw error;
      return task();
    }
  }

  // Resolves in a tab that is seen, or in one of those that are not.
  async turnToListen() {
    if (!document.hidden) return FREE;
    const seen = new AbortController();
    const onChange = () => { if (!document.hidden) seen.abort(); };
    document.addEventListener("visibilitychange", onChange);
    try {
      return await this.#holdLock(seen.signal);
    } catch {
      return FREE;
    } finally {
      document.removeEventListener("visibilitychange", onChange);
    }
  }

  #holdLock(signal) {
    if (!navigator.locks) return FREE;
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(`${this.name}:listening`, { signal }, () => new Promise((release) => resolve({ release })))
        .catch(reject);
    });
  }
}
