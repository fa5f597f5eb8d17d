// The sketch board: layers as boxes, joined by arrows, each with a reason. By mouse, touch and keyboard.
const KINDS = ["data", "ingestion", "retrieval", "prompt", "model", "rules", "checks", "review", "response", "memory", "logging", "permissions"];
const id = document.getElementById("composer").dataset.session;
const dialog = document.getElementById("board-dialog");
const board = document.getElementById("board");
const form = document.getElementById("box-form");
const reason = document.getElementById("reason");
const saved = document.getElementById("board-saved");
const count = document.getElementById("board-count");
const state = JSON.parse(document.getElementById("board-data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1400, HEIGHT = 900, BOX = { width: 168, height: 56 }, STEP = 24;
let chosen = null, joining = false;

const box = (key) => state.boxes.find((one) => one.id === key);
const clamp = (value, most) => Math.max(0, Math.min(most, value));

function draw() {
  board.replaceChildren();
  const arrows = document.createElementNS(SVG, "svg");
  arrows.setAttribute("aria-hidden", "true");
  arrows.innerHTML = '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>';
  for (const [from, to] of state.joins) {
    const a = box(from), b = box(to);
    if (!a || !b) continue;
    const line = document.createElementNS(SVG, "line");
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const reach = Math.min(Math.abs(BOX.width / 2 / (dx || 1e-9)), Math.abs(BOX.height / 2 / (dy || 1e-9)));
    line.setAttribute("x1", a.x + BOX.width / 2); line.setAttribute("y1", a.y + BOX.height / 2);
    line.setAttribute("x2", b.x + BOX.width / 2 - dx * reach); line.setAttribute("y2", b.y + BOX.height / 2 - dy * reach);
    line.setAttribute("marker-end", "url(#tip)");
    arrows.append(line);
  }
  board.append(arrows);
  for (const one of state.boxes) {
    const item = document.createElement("button");
    item.type = "button";
    item.className = `box${one.reason.trim() ? "" : " bare"}`;
    item.dataset.id = one.id;
    item.style.left = `${one.x}px`; item.style.top = `${one.y}px`;
    item.setAttribute("aria-pressed", String(one.id === chosen));
    const kind = document.createElement("b");
    kind.textContent = one.kind;
    item.append(kind, one.reason || "no reason yet");
    const to = state.joins.filter(([from]) => from === one.id).map(([, next]) => box(next)?.kind).filter(Boolean);
    item.setAttribute("aria-label", `${one.kind}: ${one.reason || "no reason yet"}${to.length ? `, leads to ${to.join(", ")}` : ""}`);
    board.append(item);
  }
  form.hidden = chosen === null;
  const reasoned = state.boxes.filter((one) => one.reason.trim()).length;
  count.textContent = state.boxes.length ? `${state.boxes.length} layers, ${reasoned} with a reason` : "";
}

function choose(key, focusBox = true) {
  if (joining && chosen && key && key !== chosen) {
    const known = state.joins.findIndex(([a, b]) => a === chosen && b === key);
    if (known >= 0) state.joins.splice(known, 1); else state.joins.push([chosen, key]);
    joining = false;
    saved.textContent = known >= 0 ? "Join removed." : "Joined.";
    keep();
  } else {
    chosen = key;
    if (key) reason.value = box(key).reason;
  }
  draw();
  if (focusBox && key) board.querySelector(`[data-id="${key}"]`)?.focus();
}

function place(kind) {
  const n = state.boxes.length;
  const key = `b${Math.max(0, ...state.boxes.map((one) => Number(one.id.slice(1)))) + 1}`;
  state.boxes.push({ id: key, kind, x: 24 + (n % 4) * 216, y: 24 + Math.floor(n / 4) * 120, reason: "" });
  joining = false;
  choose(key, false);
  reason.focus();
  keep();
}

function remove() {
  state.boxes = state.boxes.filter((one) => one.id !== chosen);
  state.joins = state.joins.filter(([a, b]) => a !== chosen && b !== chosen);
  chosen = null;
  draw();
  board.focus();
  keep();
}

let waiting = 0;
function keep() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const response = await fetch(`/api/sessions/${id}/board`, {
      method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(state),
    }).catch(() => null);
    saved.textContent = response?.ok ? "Kept." : "Not kept yet; the room does not answer.";
  }, 500);
}

const palette = document.getElementById("palette");
for (const kind of KINDS) {
  const button = document.createElement("button");
  button.type = "button"; button.className = "quiet"; button.textContent = `+ ${kind}`;
  button.addEventListener("click", () => place(kind));
  palette.append(button);
}

// ---- mouse and touch
let drag = null;
board.addEventListener("pointerdown", (event) => {
  const item = event.target.closest(".box");
  if (!item) { if (!joining) choose(null); return; }
  const one = box(item.dataset.id);
  drag = { one, item, dx: event.clientX - one.x, dy: event.clientY - one.y, moved: false };
  item.setPointerCapture(event.pointerId);
});
board.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const x = clamp(event.clientX - drag.dx, WIDTH - BOX.width), y = clamp(event.clientY - drag.dy, HEIGHT - BOX.height);
  if (Math.abs(x - drag.one.x) + Math.abs(y - drag.one.y) > 3) drag.moved = true;
  if (!drag.moved) return;
  drag.one.x = Math.round(x); drag.one.y = Math.round(y);
  drag.item.style.left = `${drag.one.x}px`; drag.item.style.top = `${drag.one.y}px`;
});
board.addEventListener("pointerup", () => {
  if (drag?.moved) { draw(); keep(); }
  drag = null;
});
board.addEventListener("click", (event) => {
  const item = event.target.closest(".box");
  if (item) choose(item.dataset.id);
});

// ---- keyboard
board.addEventListener("keydown", (event) => {
  const item = event.target.closest(".box");
  if (!item) return;
  const one = box(item.dataset.id);
  const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
  if (way) {
    event.preventDefault();
    one.x = clamp(one.x + way[0], WIDTH - BOX.width); one.y = clamp(one.y + way[1], HEIGHT - BOX.height);
    chosen = one.id; draw(); keep();
    board.querySelector(`[data-id="${one.id}"]`).focus();
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault(); chosen = one.id; remove();
  } else if (event.key.toLowerCase() === "j") {
    choose(one.id); join();
  }
});
dialog.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && joining) { event.preventDefault(); joining = false; saved.textContent = "Not joined."; }
});

function join() {
  joining = true;
  saved.textContent = "Choose the box it leads to, or the same again to part them. Escape leaves it.";
  if (document.activeElement === document.getElementById("join")) board.querySelector(".box")?.focus();
}
document.getElementById("join").addEventListener("click", join);
document.getElementById("remove").addEventListener("click", remove);
reason.addEventListener("input", () => { box(chosen).reason = reason.value; draw(); keep(); });
form.addEventListener("submit", (event) => { event.preventDefault(); board.querySelector(`[data-id="${chosen}"]`)?.focus(); });

const open = document.getElementById("open-board");
open.disabled = false;
open.addEventListener("click", () => { dialog.showModal(); draw(); });
document.getElementById("close-board").addEventListener("click", () => dialog.close());
draw();
