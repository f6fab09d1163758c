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
  const loaded = (window.Caserita ??= { channels: {} });
  // Sites that change pages without loading them run the line again.
  if (loaded.channels[channel]) return loaded.channels[channel].attach?.();
  loaded.channels[channel] = {};

  const service = new URL(".", source);
  const assets = new URL("__ASSETS__", service);
  const api = new URL(`v1/webchat/${encodeURIComponent(channel)}`, service).href;
  const REFUSALS = {
    403: `¿está ${self.origin} entre los sitios permitidos (allowed_origins) de este canal?`,
    404: "no hay un chat activo con ese id.",
  };
  const MOST_TRIES = 5;

  async function load(tries = 1) {
    let isReached = false;
    try {
      const [{ mount }, css] = await Promise.all([
        import(new URL("main.js", assets).href),
        fetch(new URL("widget.css", assets), { credentials: "omit" }).then((response) => response.text()),
      ]);
      isReached = true;
      const introduced = await introduction;
      if (REFUSALS[introduced.status]) return say(REFUSALS[introduced.status]);
      if (!introduced.ok) throw new Error(introduced.status);
      const options = { side: given("side"), color: given("color"), mode: given("mode") };
      const { open, close, attach } = mount({ channel, api, css, introduction: await introduced.json(), ...options });
      loaded.channels[channel] = { attach };
      Object.assign(loaded, { open, close });
    } catch {
      // A browser does not let a site that is refused read why.
      if (isReached && tries === 2) say(REFUSALS[403]);
      if (tries === MOST_TRIES) return say("no se pudo cargar.");
      setTimeout(() => { introduction = introduce(); load(tries + 1); }, 1000 * 2 ** tries);
    }
  }

  const introduce = () => {
    const introduced = fetch(api, { credentials: "omit" });
    introduced.catch(() => {}); // told where it is waited for
    return introduced;
  };
  let introduction = introduce();
  if (document.body) load();
  else document.addEventListener("DOMContentLoaded", () => load());
})();
