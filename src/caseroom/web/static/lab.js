// A run is watched, and a problem's line is found in the proposal. Without a script the pages reload and say the line's number.
const run = document.getElementById("run");
const text = document.getElementById("text");

async function look() {
  let now;
  try {
    const answer = await fetch(`/api/runs/${run.dataset.run}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.reload();
    now = await answer.json();
  } catch {
    return setTimeout(look, 3000); // the server is away; it may come back
  }
  if (now.state !== "running") return location.reload();
  show(now.progress);
  return setTimeout(look, 700);
}

function show({ what, words, done, total }) {
  const said = document.getElementById("what");
  if (said.textContent !== words) said.textContent = words;
  document.getElementById("count").textContent = `${done} of ${total}`;
  const bar = document.getElementById("bar");
  bar.max = Math.max(total, 1);
  bar.value = done;
  const kind = what.split(":")[0];
  const phases = [...document.querySelectorAll("[data-phase]")];
  const here = phases.findIndex((phase) => phase.dataset.phase === (kind === "documents" ? "design" : kind));
  if (here >= 0) phases.forEach((phase, n) => { phase.className = n < here ? "past" : n === here ? "here" : ""; });
}

if (run) {
  setTimeout(look, 300);
  document.getElementById("stop").addEventListener("submit", (event) => {
    event.submitter.disabled = true;
    event.submitter.textContent = "Stopping …";
  });
}

for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const lines = text.value.split("\n");
    const before = lines.slice(0, Number(link.dataset.line) - 1).join("\n").length;
    const start = before ? before + 1 : 0;
    text.focus();
    text.setSelectionRange(start, start + lines[Number(link.dataset.line) - 1].length);
    text.scrollTop = (Number(link.dataset.line) - 8) * parseFloat(getComputedStyle(text).lineHeight);
  });
}
