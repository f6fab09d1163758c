// The few drawings there are, as elements: markup in text would need more than a strict policy allows.

const SPACE = "http://www.w3.org/2000/svg";
const PATHS = {
  chat: "M12 3C6.5 3 2 6.8 2 11.5c0 2.2 1 4.2 2.6 5.7-.2 1.3-.8 2.6-1.7 3.5-.2.2 0 .6.3.5 2-.2 3.9-.9 5.3-1.8 1.1.3 2.3.5 3.5.5 5.5 0 10-3.8 10-8.4S17.5 3 12 3Z",
  close: "M6.4 5 5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12 19 6.4 17.6 5 12 10.6Z",
  down: "M12 16.2 4.6 8.8 6 7.4l6 6 6-6 1.4 1.4Z",
  send: "M4.4 19.4 21 12 4.4 4.6 4.4 10.4 15 12 4.4 13.6Z",
};

export function icon(name, size) {
  const drawing = document.createElementNS(SPACE, "svg");
  const path = document.createElementNS(SPACE, "path");
  const given = { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(given)) drawing.setAttribute(key, value);
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill", "currentColor");
  drawing.append(path);
  drawing.classList.add("icon", `icon-${name}`);
  return drawing;
}
