// One key for each decision, unless they are switched off or a field is being written in. Without a script the buttons do the same.
const form = document.getElementById("review");
const output = document.getElementById("output");
const reason = document.getElementById("reason");
const keys = document.getElementById("keys");

function decide(action) {
  form.requestSubmit(document.getElementById(action));
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !keys.checked || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const what = { a: "approve", r: "reject", e: "escalate" }[event.key.toLowerCase()];
  if (what) decide(what);
  else if (event.key === "m") output.focus();
  else if (event.key === "w") reason.focus();
  else if (event.key === "u") document.getElementById("undo")?.click();
  else return;
  event.preventDefault();
}

function within(event) {
  if (event.key === "Escape") event.target.blur();
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); decide("modify"); }
  else if (event.key === "Enter" && event.target === reason) { event.preventDefault(); event.target.blur(); } // a reason alone decides nothing
}

if (output) {
  document.getElementById("with-keys").hidden = false;
  keys.checked = localStorage.getItem("review-keys") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("review-keys", keys.checked ? "on" : "off"));
  document.addEventListener("keydown", pressed);
  output.addEventListener("keydown", within);
  reason.addEventListener("keydown", within);
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault(); // one key pressed twice is one decision
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
}
