// The talk key: the button or the space bar, held, or tapped on and off; a switch or Enter taps it. It decides nothing about turns.
const TAP = 300; // milliseconds: what is shorter is a tap

// live(): whether voice is on; holds(): whether letting go ends the turn; press(); release()
export function talkKey(button, { live, holds, press, release }) {
  let pressedAt = 0, pointed = false, spaced = false;
  const down = () => { pressedAt = performance.now(); press(); };
  const up = () => { if (holds() && performance.now() - pressedAt >= TAP) release(); };
  const elsewhere = (target) => target !== button
    && (target.closest("input, textarea, select, button, a, summary, audio, dialog, [contenteditable]") || document.querySelector("dialog[open]"));

  button.addEventListener("pointerdown", (event) => { if (event.button === 0) { pointed = true; down(); } });
  for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => { if (pointed) up(); pointed = false; });
  button.addEventListener("click", (event) => { if (event.detail === 0 && !spaced) press(); });
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.code !== "Space" || !live() || event.ctrlKey || event.metaKey || event.altKey || elsewhere(event.target)) return;
    event.preventDefault();
    if (event.repeat || spaced) return;
    spaced = true;
    down();
  });
  document.addEventListener("keyup", (event) => {
    if (event.code !== "Space" || !spaced) return;
    event.preventDefault();
    up();
    setTimeout(() => { spaced = false; });
  });
}
