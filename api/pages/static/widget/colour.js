// A store's own colour, made readable: WCAG's contrast of 4.5 with what is written on it, and where it is the ink.

const ENOUGH = 4.5;
const WHITE = [255, 255, 255];
const INK = [43, 29, 22];
const PAPERS = { light: WHITE, dark: [42, 32, 27] };

export function paint(shell, color) {
  const brand = read(color);
  if (!brand) return;
  const on = contrast(brand, WHITE) >= ENOUGH ? WHITE : contrast(brand, INK) >= ENOUGH ? INK : null;
  const ground = on ? brand : towards(brand, [0, 0, 0], WHITE);
  const set = (name, value) => shell.style.setProperty(name, css(value));
  set("--brand", ground);
  set("--brand-deep", mix(ground, [0, 0, 0], 0.18));
  set("--on-brand", on ?? WHITE);
  set("--brand-ink-light", towards(brand, [0, 0, 0], PAPERS.light));
  set("--brand-ink-dark", towards(brand, WHITE, PAPERS.dark));
  shell.classList.add("painted");
}

function read(color) {
  const probe = document.createElement("canvas").getContext("2d");
  if (!probe || !CSS.supports("color", color)) return null;
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

// Moved until it can be read on the paper.
function towards(color, end, paper) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, end, share);
    if (contrast(mixed, paper) >= ENOUGH) return mixed;
  }
  return end;
}

function mix(one, other, share) {
  return one.map((value, index) => Math.round(value * (1 - share) + other[index] * share));
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color) {
  const [red, green, blue] = color.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function css(color) {
  return `rgb(${color.join(" ")})`;
}
