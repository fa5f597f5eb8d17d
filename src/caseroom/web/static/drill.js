// A drill goes on without loading the page anew. Without a script each form is a page of its own.
let timer = 0;
let busy = false;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const part = (id) => document.getElementById(id);

async function send(form, submitter) {
  if (busy) return false;
  busy = true;
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const open = [...document.querySelectorAll("#drill details[open]")].length > 0;
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("drill");
    if (!next) { location.reload(); return false; } // it went on elsewhere, or is over: the page tells
    part("drill").replaceWith(document.adoptNode(next));
    if (open && part("drill").querySelector("details")) part("drill").querySelector("details").open = true;
  } catch {
    location.reload();
    return false;
  } finally {
    busy = false;
  }
  begin();
  return true;
}

function begin() {
  const button = part("run");
  if (!button) return;
  button.hidden = still.matches; // who wants no motion steps with the other buttons
  button.textContent = timer ? "Pause" : "Play";
  button.addEventListener("click", () => (timer ? pause() : start()));
}

function pause() {
  clearTimeout(timer);
  timer = 0;
  if (part("run")) part("run").textContent = "Play";
}

function start() {
  timer = setTimeout(tick, 0);
  part("run").textContent = "Pause";
}

async function tick() {
  const form = document.querySelector("form[data-step]");
  const gone = await send(form, { name: "how", value: "day" });
  if (!timer || !gone) return pause();
  part("run")?.focus({ preventScroll: true });
  const { called, over } = part("drill").dataset;
  if (called !== "0" || over) { pause(); scrollTo({ top: 0, behavior: "instant" }); return part("now").focus({ preventScroll: true }); }
  timer = setTimeout(tick, 450);
  return undefined;
}

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-step], form[data-act]")) return;
  event.preventDefault();
  pause();
  const value = event.submitter?.value;
  for (const one of form.querySelectorAll("button")) one.setAttribute("aria-busy", "true");
  const looked = form.matches(".places");
  if (!(await send(form, event.submitter))) return;
  const same = looked ? document.querySelector(`.places button[value="${CSS.escape(value)}"]:not(:disabled)`) : null;
  if (form.matches("[data-step]")) scrollTo({ top: 0, behavior: "instant" }); // who calls stands at the top
  const there = document.querySelector("#drill .note.bad") ? part("now") : same ?? part("now");
  there.focus({ preventScroll: Boolean(same) });
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, input, select, textarea, summary, a")) return;
  const how = { " ": null, ArrowRight: "day", n: "alert" }[event.key];
  if (how === undefined || !document.querySelector("form[data-step]")) return;
  event.preventDefault();
  if (how === null) part("run")?.click();
  else document.querySelector(`form[data-step] button[value="${how}"]`)?.click();
});
still.addEventListener("change", () => { pause(); if (part("run")) part("run").hidden = still.matches; });
begin();
