// A second reader or a coach at work: shows how far it is, and goes on when it is over. Without it a link looks again.
const bar = document.getElementById("under-way");
const told = document.getElementById("how-far");
async function look() {
  try {
    const answer = await fetch(bar.dataset.at);
    if (answer.ok) {
      const stands = await answer.json();
      if (stands.state !== "under way") { location.reload(); return; }
      if (stands.total) {
        bar.max = stands.total;
        bar.value = stands.done;
        told.textContent = `${stands.done} of ${stands.total}`;
      }
    }
  } catch { /* the room does not answer; it is tried again */ }
  setTimeout(look, 1500);
}
if (bar) setTimeout(look, 1000);
