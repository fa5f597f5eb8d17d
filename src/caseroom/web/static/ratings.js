// An output is rated by keys: 1 to 5 for each dimension in turn, and the next output comes at once. A key that is pressed before an output is shown
// rates nothing. Without a script the form does the same, one press of Next an output.
const rating = document.getElementById("rating");
const scales = [...rating.querySelectorAll("fieldset")];
const at = (id) => document.getElementById(id);
let here = 0;
let waiting = false;
let sent = Promise.resolve();

const open = () => scales.findIndex((scale) => !scale.querySelector(":checked"));

function mark(place) {
  here = place;
  scales.forEach((scale, n) => scale.classList.toggle("here", n === place));
}

function tell(words) {
  const trouble = at("trouble");
  trouble.firstElementChild.textContent = words;
  trouble.hidden = false;
}

async function send(values) {
  const answer = await fetch(`/api/ratings/${rating.dataset.cycle}/values`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ item: Number(rating.dataset.item), values }),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

async function give(values, last) {
  waiting = last;
  const before = sent;
  sent = before.then(() => send(values));
  try {
    const { task } = await sent;
    if (!last) return;
    if (!task) return location.assign(`/ratings/${rating.dataset.cycle}/rate`);
    show(task);
  } catch (error) {
    sent = Promise.resolve();
    tell(error instanceof TypeError ? "The room does not answer. What you gave before is kept; try again." : error.message);
  }
  waiting = false;
}

function show(task) {
  rating.dataset.item = at("item").value = task.item;
  rating.dataset.previous = task.previous ?? "";
  for (const name of ["input", "output", "reference"]) at(name).textContent = task[name];
  at("known").hidden = !task.reference;
  at("known").open = false;
  at("trouble").hidden = true;
  at("back").hidden = task.previous === null;
  at("back").href = `?item=${task.previous}`;
  at("bar").max = task.total;
  at("bar").value = task.done;
  at("where").textContent = `Output ${Math.min(task.done + 1, task.total)} of ${task.total}`;
  for (const input of rating.querySelectorAll("input[type=radio]")) input.checked = Number(input.value) === task.given[input.name];
  mark(Math.max(0, open()));
  history.replaceState(null, "", location.pathname);
  scrollTo({ top: 0, behavior: "instant" });
}

function press(value) {
  if (waiting) return;
  const scale = scales[here];
  scale.querySelector(`[value="${value}"]`).checked = true;
  const last = here === scales.length - 1;
  give({ [scale.dataset.dimension]: value }, last);
  if (!last) mark(here + 1);
}

function back() {
  if (waiting) return;
  if (here > 0) mark(here - 1);
  else if (rating.dataset.previous) location.assign(`?item=${rating.dataset.previous}`);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (/^[1-5]$/.test(event.key)) press(Number(event.key));
  else if (event.key === "b" || event.key === "Backspace") back();
  else return;
  event.preventDefault();
});

at("scales").addEventListener("submit", (event) => {
  event.preventDefault();
  if (waiting) return;
  const chosen = scales.map((scale) => [scale.dataset.dimension, scale.querySelector(":checked")?.value]).filter(([, value]) => value);
  if (chosen.length) give(Object.fromEntries(chosen.map(([name, value]) => [name, Number(value)])), chosen.length === scales.length);
  if (open() >= 0) mark(open());
});

mark(new URLSearchParams(location.search).has("item") ? 0 : Math.max(0, open()));
