// Marks are kept as they are made: each save holds only what changed. Without a script the form's buttons keep all of them.
const form = document.getElementById("marks"), kept = document.getElementById("kept");
let waiting = {}, timer = 0, sending = Promise.resolve();

function note(field) {
  const [, kind, id] = /^(point|level|note)-(.+)$/.exec(field.name) ?? [null, field.name, null];
  if (kind === "name") waiting.name = field.value.trim();
  else if (kind === "point") (waiting.points ??= {})[id] = field.value;
  else if (kind === "level") (waiting.levels ??= {})[id] = Number(field.value);
  else if (kind === "note") (waiting.notes ??= {})[id] = field.value;
}

async function keep() {
  const body = JSON.stringify(waiting), mine = waiting;
  if (body === "{}") return;
  waiting = {};
  kept.textContent = "…";
  try {
    const answer = await fetch(form.dataset.api, { method: "PUT", headers: { "Content-Type": "application/json" }, body });
    if (answer.ok) { if (!Object.keys(waiting).length) kept.textContent = "Kept."; return; }
    const told = await answer.json().catch(() => null);
    kept.textContent = `Not kept: ${told?.detail ?? "the room does not answer."}`;
    if (answer.status === 400 || answer.status === 422) return; // sending the same again would not help
  } catch { kept.textContent = "Not kept yet: the room does not answer. It is tried again."; }
  waiting = { ...mine, ...waiting };
  for (const part of ["points", "levels", "notes"]) if (mine[part]) waiting[part] = { ...mine[part], ...waiting[part] };
  later(4000);
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(() => { sending = sending.then(keep); }, wait);
}

form.addEventListener("input", (event) => { note(event.target); later(event.target.type === "radio" ? 150 : 800); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") later(0); });
