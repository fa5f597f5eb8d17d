// Words that are marked in the transcript go into the field.
const words = document.getElementById("words");
document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  const inside = chosen?.anchorNode && document.getElementById("transcript").contains(chosen.anchorNode);
  const text = chosen?.toString().trim();
  if (inside && text) words.value = text;
});
