// Passages that were not heard well, marked under the words in a text field. Typing over one takes its mark away, and so does saying that it is right.
export class Marks {
  constructor(field, behind, list, changed) {
    Object.assign(this, { field, behind, list, changed, spans: [], was: field.value });
    field.addEventListener("input", () => this.edited());
    field.addEventListener("scroll", () => { behind.scrollTop = field.scrollTop; });
    new ResizeObserver(() => { behind.style.height = `${field.offsetHeight}px`; }).observe(field);
  }

  // put words after what stands there
  append(text, garbled) {
    const before = this.field.value.trimEnd();
    const start = before ? before.length + 1 : 0;
    this.field.value = before ? `${before} ${text}` : text;
    this.spans.push(...garbled.map(([a, b]) => [a + start, b + start]));
    this.was = this.field.value;
    this.show();
  }

  clear() {
    this.spans = [];
    this.was = this.field.value;
    this.show();
  }

  edited() {
    const now = this.field.value, was = this.was;
    let first = 0, last = 0;
    const most = Math.min(now.length, was.length);
    while (first < most && now[first] === was[first]) first++;
    while (last < most - first && now[now.length - 1 - last] === was[was.length - 1 - last]) last++;
    const end = was.length - last, shift = now.length - was.length;
    this.spans = this.spans.flatMap(([a, b]) => this.left(a, b, first, end, shift, now)).filter(([a, b]) => now.slice(a, b).trim());
    this.was = now;
    this.show();
  }

  // what is left of a mark after was[first:end] was typed over: whole words before and after it
  left(a, b, first, end, shift, now) {
    if (end <= a && first < a) return [[a + shift, b + shift]];
    if (first >= b || (first === end && first === a)) return first >= b ? [[a, b]] : [[a + shift, b + shift]];
    const before = now.slice(0, first).search(/\S*$/), after = /^\S*/.exec(now.slice(end + shift))[0].length + end + shift;
    return [[a, Math.min(before, b)], [Math.max(after, a), b + shift]].filter(([x, y]) => y > x);
  }

  show() {
    const { field, behind, list, spans } = this, text = field.value;
    behind.replaceChildren();
    list.replaceChildren();
    let at = 0;
    for (const span of [...spans].sort((x, y) => x[0] - y[0])) {
      const mark = document.createElement("mark");
      mark.textContent = text.slice(...span);
      behind.append(text.slice(at, span[0]), mark);
      at = span[1];
      list.append(this.item(span, mark.textContent));
    }
    behind.append(`${text.slice(at)}\n`);
    behind.scrollTop = field.scrollTop;
    list.parentElement.hidden = !spans.length;
    this.changed?.();
  }

  item(span, words) {
    const item = document.createElement("li");
    const go = document.createElement("button"), right = document.createElement("button");
    for (const button of [go, right]) { button.type = "button"; button.className = "plain"; }
    go.textContent = `“${words}”`;
    go.setAttribute("aria-label", `Correct “${words}”`);
    go.addEventListener("click", () => { this.field.focus(); this.field.setSelectionRange(...span); });
    right.textContent = "that is right";
    right.setAttribute("aria-label", `“${words}” is right`);
    right.addEventListener("click", () => { this.spans = this.spans.filter((one) => one !== span); this.show(); this.field.focus(); });
    item.append(go, right);
    return item;
  }
}
