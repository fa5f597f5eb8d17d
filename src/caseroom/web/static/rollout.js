// A rollout is watched while it is made, and its weeks play. Without a script the page reloads, and days are links.
const run = document.getElementById("rollout-run");
const play = document.getElementById("play");

async function look() {
  let now;
  try {
    const answer = await fetch(`/api/rollouts/${run.dataset.rollout}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.reload();
    now = await answer.json();
  } catch {
    return setTimeout(look, 3000); // the server is away; it may come back
  }
  if (now.state !== "running") return location.reload();
  const { words, done, total } = now.progress;
  const said = document.getElementById("what");
  if (said.textContent !== words) said.textContent = words;
  document.getElementById("count").textContent = `${done} of ${total}`;
  const bar = document.getElementById("bar");
  bar.max = Math.max(total, 1);
  bar.value = done;
  return setTimeout(look, 700);
}

if (run) {
  setTimeout(look, 300);
  document.getElementById("stop").addEventListener("submit", (event) => {
    event.submitter.disabled = true;
    event.submitter.textContent = "Stopping …";
  });
}

if (play) {
  const last = Number(play.dataset.last);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const part = (id) => document.getElementById(id);
  const pages = new Map();
  let day = Number(play.dataset.day);
  let wanted = day;
  let timer = 0;

  const page = (number) => {
    if (!pages.has(number)) {
      pages.set(number, fetch(`?day=${number}`).then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      }).catch((error) => { pages.delete(number); throw error; }));
    }
    return pages.get(number);
  };

  // Shows a day; one that was asked for in between wins.
  async function to(number, quiet = false) {
    wanted = Math.min(Math.max(number, 0), last);
    const mine = wanted;
    let text;
    try { text = await page(mine); } catch { pause(); part("told").textContent = "The room does not answer."; return; }
    if (mine !== wanted) return;
    day = mine;
    const next = new DOMParser().parseFromString(text, "text/html");
    part("frame").replaceChildren(...next.getElementById("frame").childNodes);
    for (const id of ["back", "on", "previous", "next"]) {
      part(id).href = next.getElementById(id).getAttribute("href");
      part(id).toggleAttribute("aria-disabled", next.getElementById(id).hasAttribute("aria-disabled"));
      if (part(id).hasAttribute("aria-disabled")) part(id).setAttribute("aria-disabled", "true");
    }
    part("day").value = day;
    part("at").textContent = `${day} of ${last}`;
    document.title = next.title;
    history.replaceState(null, "", `?day=${day}`);
    if (!quiet) part("told").textContent = part("now").textContent + ". " + part("frame").querySelector(".phase-now").textContent;
    if (day < last) page(day + 1).catch(() => {});
  }

  function label() {
    part("run").textContent = still.matches ? "Step" : timer ? "Pause" : day === last ? "Play again" : "Play";
    part("speed-part").hidden = still.matches;
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    label();
  }

  async function tick() {
    await to(day + 1, true);
    if (!timer) return;
    if (day >= last) return pause();
    timer = setTimeout(tick, Number(part("speed").value));
  }

  async function toggle() {
    if (still.matches) return to(day === last ? 0 : day + 1);
    if (timer) { pause(); return to(day); }
    if (day === last) await to(0, true);
    timer = setTimeout(tick, 0);
    return label();
  }

  part("run").hidden = part("keys").hidden = false;
  label();
  still.addEventListener("change", () => { pause(); label(); });
  part("run").addEventListener("click", toggle);
  part("day").addEventListener("input", (event) => { pause(); to(Number(event.target.value)); });
  for (const id of ["back", "on", "previous", "next"]) {
    part(id).addEventListener("click", (event) => {
      event.preventDefault();
      pause();
      to(Number(new URL(part(id).href).searchParams.get("day")));
    });
  }
  const keys = {
    " ": toggle, ArrowLeft: () => { pause(); to(day - 1); }, ArrowRight: () => { pause(); to(day + 1); }, Home: () => { pause(); to(0); },
    End: () => { pause(); to(last); }, n: () => part("next").click(),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, input, select, textarea, summary") || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}
