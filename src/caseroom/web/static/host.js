// The host's page looks every two seconds whether there is something new, and puts it in place. Without a script the page loads itself again.
const live = document.getElementById("live"), told = document.getElementById("told");
const words = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const clock = () => document.getElementById("time");
let at = Number(clock().dataset.at), paused = clock().dataset.paused === "true", began = performance.now();
const total = Number(clock().dataset.total);

function tick() {
  clock().textContent = `${words(at + (paused ? 0 : (performance.now() - began) / 1000))} of ${words(total)}`;
}

async function renew(now) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (!fresh) return;
  const draft = document.getElementById("words")?.value ?? "";
  live.replaceChildren(...fresh.childNodes);
  live.dataset.changed = fresh.dataset.changed;
  const field = document.getElementById("words");
  if (field) field.value = draft;
  document.querySelector(".said .turn:last-child")?.scrollIntoView({ block: "nearest" });
  told.textContent = now.state.ended ? "The interview is over." : now.turn ? "The candidate said something and waits for you." : "The candidate has the word.";
}

async function look() {
  try {
    const answer = await fetch(live.dataset.api);
    if (answer.status === 404 || answer.status === 410) { location.reload(); return; }
    if (!answer.ok) throw new Error();
    const now = await answer.json();
    at = now.state.at; paused = now.state.paused || now.state.ended; began = performance.now();
    if (now.changed !== live.dataset.changed) await renew(now);
    for (const step of document.querySelectorAll("#steps li")) {
      if (step.dataset.step === now.state.step) step.setAttribute("aria-current", "step"); else step.removeAttribute("aria-current");
    }
    if (now.state.ended) return;
  } catch { told.textContent = "The room does not answer. It is tried again."; }
  setTimeout(look, 2000);
}
setInterval(tick, 1000);
setTimeout(look, 2000);
document.querySelector(".said .turn:last-child")?.scrollIntoView({ block: "nearest" });
