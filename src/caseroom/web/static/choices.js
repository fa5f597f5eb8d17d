// What was chosen for voice, remembered on this device: mode, microphone, what hears, what speaks; and where sound may go, which is agreed before the first use.
import { browserHears } from "./hear.js";
import { browserVoice } from "./speak.js";

const KEY = "voice";
const at = (id) => document.getElementById(id);
const STANDARD = { mode: "off", device: "", hears: "", speaks: "", auto: "", keep: false, announce: false, agreed: [] };

const agent = navigator.userAgent;
const [name, maker] = agent.includes("Edg/") ? ["Edge", "Microsoft"] : agent.includes("Chrome/") ? ["Chrome", "Google"] : agent.includes("Firefox/") ? ["Firefox", "Mozilla"]
  : agent.includes("Safari/") ? ["Safari", "Apple"] : ["This browser", "its maker"];

export class Choices {
  // changed(what): something was chosen; agreed(): a missing agreement was given
  constructor(changed, agreed) {
    Object.assign(this, { changed, agreed, here: { recognisers: [], voices: [] }, kept: { ...STANDARD, ...read() } });
    for (const [id, key] of [["voice-device", "device"], ["voice-hears", "hears"], ["voice-speaks", "speaks"], ["voice-auto", "auto"]]) {
      at(id).addEventListener("change", ({ target }) => this.set(key, target.value));
    }
    for (const [id, key] of [["voice-keep", "keep"], ["voice-announce", "announce"]]) {
      at(id).checked = this.kept[key];
      at(id).addEventListener("change", ({ target }) => this.set(key, target.checked));
    }
    at("voice-auto").value = this.kept.auto;
    at("voice-agree").addEventListener("change", ({ target }) => { at("voice-go").disabled = !target.checked; });
    at("voice-go").addEventListener("click", () => this.agree());
  }

  set(key, value) {
    this.kept[key] = value;
    try { localStorage.setItem(KEY, JSON.stringify(this.kept)); } catch { /* no storage: it holds until the page is left */ }
    this.statement();
    this.changed(key);
  }

  async load() {
    this.here = await (await fetch("/api/voice")).json();
    if (window.speechSynthesis && !speechSynthesis.getVoices().length) await new Promise((go) => { speechSynthesis.addEventListener("voiceschanged", go, { once: true }); setTimeout(go, 400); });
    const hears = this.here.recognisers.map((one) => ({ ...one, name: one.words }));
    if (browserHears()) hears.push({ id: "browser", name: `this browser's own engine: ${name} may send your voice to ${maker}`, sends_to: maker });
    hears.sort((a, b) => (a.kind === "endpoint") - (b.kind === "endpoint"));
    const speaks = this.here.voices.map((one) => ({ ...one, name: one.words }));
    const own = browserVoice();
    if (window.speechSynthesis) speaks.push({ id: "browser", name: own?.localService ? "this browser's own voice, on this device" : `this browser's own voice: it may send the words to ${maker}`, sends_to: own?.localService ? "" : maker });
    speaks.sort((a, b) => (a.kind === "endpoint") - (b.kind === "endpoint"));
    speaks.push({ id: "none", name: "nobody: read the replies", sends_to: "" });
    this.offered = { hears, speaks };
    for (const key of ["hears", "speaks"]) {
      if (!this.offered[key].some((one) => one.id === this.kept[key])) this.kept[key] = this.offered[key][0]?.id ?? "";
      fill(at(`voice-${key}`), this.offered[key], this.kept[key]);
    }
    this.statement();
  }

  devices(found, now) {
    fill(at("voice-device"), found, found.some((one) => one.id === this.kept.device) ? this.kept.device : now);
  }

  chosen(key) { return this.offered[key].find((one) => one.id === this.kept[key]); }

  // where something would go that was not agreed to yet: [["hears", choice], …]
  open() {
    return ["hears", "speaks"].map((key) => [key, this.chosen(key)]).filter(([key, one]) => one?.sends_to && !this.kept.agreed.includes(`${key}:${one.sends_to}`));
  }

  statement() {
    const open = this.offered ? this.open() : [];
    at("voice-consent").hidden = !open.length;
    at("voice-agree").checked = false;
    at("voice-go").disabled = true;
    at("voice-sends").replaceChildren(...open.map(([key, one]) => {
      const line = document.createElement("p");
      const whose = key === "hears" ? "What you say, as sound," : "What the interviewer says, as text,";
      line.textContent = one.kind === "endpoint" ? `${whose} is sent to ${one.sends_to}. Its owner decides what becomes of it.`
        : `${whose} may leave this machine: ${name} hands it to ${maker}, whose terms hold for it. caseroom can neither see nor stop that.`;
      return line;
    }));
  }

  agree() {
    this.set("agreed", [...this.kept.agreed, ...this.open().map(([key, one]) => `${key}:${one.sends_to}`)]);
    this.agreed();
  }
}

function fill(select, rows, value) {
  select.replaceChildren(...rows.map((row) => new Option(row.name, row.id, false, row.id === value)));
  select.disabled = !rows.length;
}

function read() {
  try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
}
