// The room with a script: replies stream in, drafts and notes are kept, the clock runs. Without it the same forms post and reload.
const form = document.getElementById("composer");
const id = form.dataset.session;
const said = document.getElementById("said");
const turns = document.getElementById("turns");
const hint = document.getElementById("hint");
const send = document.getElementById("send");
const undo = document.getElementById("undo-button");
const DRAFT = `draft-${id}`;

// ---- the draft
const store = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* no storage, no draft */ } },
};
if (!said.value) said.value = store.get(DRAFT) ?? "";
said.addEventListener("input", () => store.set(DRAFT, said.value));
const usual = "Enter sends, Shift and Enter begins a new line.";
hint.textContent = usual;

// ---- turns
function show(speaker, anchor, fresh = true) {
  const item = document.createElement("li");
  item.className = `turn ${speaker}${fresh ? " fresh" : ""}`;
  item.id = anchor;
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = speaker === "candidate" ? "You" : "Interviewer";
  item.append(who);
  turns.append(item);
  return item;
}

function add(item, text, quiet = false, garbled = []) {
  const paragraph = document.createElement("p");
  if (quiet) paragraph.className = "clock";
  let at = 0;
  for (const [start, end] of garbled) {
    const mark = document.createElement("u");
    mark.className = "garbled";
    mark.title = "Not heard well; not judged";
    mark.textContent = text.slice(start, end);
    paragraph.append(text.slice(at, start), mark);
    at = end;
  }
  paragraph.append(text.slice(at));
  item.append(paragraph);
  item.scrollIntoView({ block: "nearest" });
  return paragraph;
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const kind = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (kind && data) yield [kind, JSON.parse(data)];
    }
  }
}

async function say() {
  if (form.voice?.on && !send.disabled) {
    send.disabled = true; // what is still being spoken belongs to this turn
    await form.voice.settle();
    send.disabled = looking;
  }
  const text = said.value.trim();
  if (!text || send.disabled) return;
  send.disabled = true;
  hint.textContent = "…";
  let mine = null;
  try {
    const response = await fetch(`/api/sessions/${id}/turns`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ text, ...form.voice?.spoken() }),
    });
    if (!response.ok) throw new Error((await response.json().catch(() => null))?.detail ?? `The room answered ${response.status}.`);
    let theirs = null;
    for await (const [kind, data] of events(response)) {
      if (kind === "stored") {
        mine = show("candidate", `t${data.turn}`);
        add(mine, text, false, data.garbled);
        const unclear = (data.garbled ?? []).map(([start, end]) => `“${text.slice(start, end)}”`);
        if (unclear.length) add(mine, `Not heard well, so not judged: ${unclear.join(", ")}`).className = "unheard";
        said.value = "";
        store.set(DRAFT, "");
        form.voice?.sent();
      } else if (kind === "move") {
        theirs ??= show("interviewer", `r${data.turn}`);
        add(theirs, data.text, data.quiet);
        form.voice?.move(data.text);
      } else if (kind === "by") {
        if (theirs && data.model) add(theirs, `worded by ${data.model}`, true);
      } else if (kind === "state") {
        update(data);
        if (data.held && data.waiting) wait();
      }
    }
    hint.textContent = usual;
  } catch (error) {
    hint.textContent = mine
      ? `The answer did not arrive (${error.message}). Your words are stored; reload to go on.`
      : `Not sent: ${error.message} Your words are still here; try again.`;
  } finally {
    send.disabled = looking;
    if (!form.voice?.on) said.focus();
    form.voice?.replied();
  }
}
form.addEventListener("submit", (event) => { event.preventDefault(); say(); });
said.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); say(); }
});

// ---- a person holds the interview: their reply is looked for until it is there
const person = document.getElementById("held");
let looking = false;
function wait() {
  if (looking) return;
  looking = send.disabled = true;
  person.textContent = "A person is holding this interview. They have not answered yet.";
  setTimeout(look, 1500);
}
async function look() {
  try {
    const answer = await fetch(`/api/sessions/${id}/state`);
    if (answer.status === 404) { location.reload(); return; }
    if (!answer.ok) throw new Error();
    const state = await answer.json();
    if (state.waiting && !state.held) { location.reload(); return; } // the machine goes on
    if (!state.waiting || state.ended) {
      const last = await (await fetch(`/api/sessions/${id}/turns/last`)).json();
      if (last.moves.length && !document.getElementById(`r${last.turn}`)) {
        const theirs = show("interviewer", `r${last.turn}`);
        for (const move of last.moves) {
          add(theirs, move.text, move.kind === "clock" || move.kind === "time");
          form.voice?.move(move.text);
        }
      }
      looking = send.disabled = false;
      person.textContent = last.state.held ? "A person is holding this interview." : "";
      update(last.state);
      return;
    }
    update(state);
  } catch { /* the room does not answer; it is tried again */ }
  setTimeout(look, 1500);
}

// ---- the clock
const time = document.getElementById("time");
let at = Number(time.dataset.at), paused = time.dataset.paused === "true", began = performance.now();
const total = Number(time.dataset.total);
const words = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const spent = () => (paused ? 0 : (performance.now() - began) / 1000);
function tick() {
  time.textContent = `${words(at + spent())} of ${words(total)}`;
  for (const cell of document.querySelectorAll("#steps .spent")) {
    const here = cell.closest("button").hasAttribute("aria-current");
    const seconds = Number(cell.dataset.spent) + (here ? spent() : 0);
    if (here || seconds) cell.textContent = `${words(seconds)} of ${words(Number(cell.dataset.box))}`;
    cell.classList.toggle("over", seconds > Number(cell.dataset.box));
  }
}
function update(state) {
  at = state.at; paused = state.paused; began = performance.now();
  undo.disabled = state.turns === 0;
  for (const button of document.querySelectorAll("#steps button")) {
    if (button.value === state.step) button.setAttribute("aria-current", "step"); else button.removeAttribute("aria-current");
    button.querySelector(".spent").dataset.spent = state.seconds[button.value] ?? 0;
  }
  const stop = document.querySelector("#pause button");
  stop.value = paused ? "resume" : "pause";
  stop.textContent = paused ? "Go on" : "Pause";
  if (state.ended) location.href = `/sessions/${id}/self`;
  tick();
}
setInterval(tick, 1000);
const HIDDEN = "clock-hidden", hide = document.getElementById("hide-clock");
hide.hidden = false;
function hideClock(yes) {
  time.classList.toggle("hidden", yes);
  document.getElementById("steps").classList.toggle("untimed", yes);
  for (const cell of document.querySelectorAll("#steps .spent")) cell.hidden = yes;
  hide.textContent = yes ? "Show" : "Hide";
  hide.setAttribute("aria-pressed", String(yes));
  store.set(HIDDEN, yes ? "yes" : "");
}
hide.addEventListener("click", () => hideClock(store.get(HIDDEN) !== "yes"));
if (store.get(HIDDEN) === "yes") hideClock(true);
tick();
setInterval(() => { if (document.visibilityState === "visible") fetch(`/api/sessions/${id}/here`, { method: "POST" }).catch(() => {}); }, 30000);

// ---- notes
const notes = document.getElementById("notes"), kept = document.getElementById("notes-saved");
let waiting = 0;
notes.addEventListener("input", () => {
  clearTimeout(waiting);
  kept.textContent = "…";
  waiting = setTimeout(async () => {
    const response = await fetch(`/api/sessions/${id}/notes`, {
      method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text: notes.value }),
    }).catch(() => null);
    kept.textContent = response?.ok ? "Kept." : "Not kept yet; the room does not answer.";
  }, 800);
});
turns.lastElementChild?.scrollIntoView({ block: "nearest" });
if (form.dataset.waiting === "true") wait();
