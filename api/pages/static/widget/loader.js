// One line on any site: asks whether this site may show the chat, and only then loads it.
(() => {
  "use strict";
  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
  if (!script) return;
  const source = new URL(script.src);
  // Tag managers drop data attributes: the address can carry the channel too.
  const given = (name) => script.dataset[name] ?? source.searchParams.get(name);
  const channel = given("channel");
  const say = (words) => console.warn(`Chat de Caserita: ${words}`);
  if (!channel) return say("falta data-channel en la línea que lo agrega.");
  const loaded = (window.Caserita ??= { channels: [] });
  if (loaded.channels.includes(channel)) return;
  loaded.channels.push(channel);

  const service = new URL(".", source);
  const assets = new URL("__ASSETS__", service);
  const api = new URL(`v1/webchat/${encodeURIComponent(channel)}`, service).href;
  const REFUSALS = {
    403: `${location.origin} no está entre los sitios permitidos de este canal.`,
    404: "no hay un chat activo con ese id.",
  };
  const MOST_TRIES = 6;

  async function load(tries = 1) {
    try {
      const [introduced, css, { mount }] = await Promise.all([
        fetch(api, { credentials: "omit" }),
        fetch(new URL("widget.css", assets), { credentials: "omit" }).then((response) => response.text()),
        import(new URL("main.js", assets).href),
      ]);
      if (REFUSALS[introduced.status]) return say(REFUSALS[introduced.status]);
      if (!introduced.ok) throw new Error(introduced.status);
      const introduction = await introduced.json();
      const options = { side: given("side"), color: given("color"), mode: given("mode") };
      Object.assign(loaded, mount({ channel, api, css, introduction, ...options }));
    } catch {
      if (tries < MOST_TRIES) setTimeout(() => load(tries + 1), 1000 * 2 ** tries);
      else say("no se pudo cargar.");
    }
  }

  if (document.body) load();
  else document.addEventListener("DOMContentLoaded", () => load());
})();
