// Where the keyboard is: Escape closes, Tab stays in a sheet, and what goes away does not take the focus with it.

export function holdFocus(frame) {
  const { root } = frame;
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) frame.close();
    if (event.key === "Tab" && frame.isSheet && frame.isOpen) stayWithin(frame, event);
  });
  // What is typed here is no shortcut of the site.
  for (const name of ["keydown", "keypress", "keyup"]) root.addEventListener(name, (event) => event.stopPropagation());
  root.addEventListener("click", ({ target, detail }) => {
    // A tap is no wish to write: it would bring up a keyboard.
    if (target.closest("button") && !isShown(root.activeElement)) frame.focus({ toWrite: !detail });
  });
}

// A sheet covers the page: what is behind is not reached.
function stayWithin({ root, panel }, event) {
  const all = [...panel.querySelectorAll("button, textarea, a[href]")].filter((each) => !each.disabled && isShown(each));
  const [first, last] = [all[0], all.at(-1)];
  const active = root.activeElement;
  if (event.shiftKey ? active === first || active === panel : active === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

function isShown(element) {
  return Boolean(element?.getClientRects().length);
}
