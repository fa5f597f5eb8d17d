// Voice in the room: who speaks when, what is shown, what is sent. Without a microphone, or without this script, the room is as it ever was.
import { Choices } from "./choices.js";
import { BrowserEar, HearingError, RoomEar } from "./hear.js";
import { Detector, Microphone, MicrophoneError, cannot } from "./listen.js";
import { Marks } from "./marks.js";
import { Speaker } from "./speak.js";
import { talkKey } from "./talk.js";
import { advance, fresh, thinking } from "./turns.js";

const at = (id) => document.getElementById(id);
const form = at("composer"), field = at("said"), bar = at("voice"), talk = at("talk"), log = document.querySelector(".log");
const session = form.dataset.session, KEPT = `spoken-${session}`;
const NUDGE = "Take your time.", LEAD = 16;
const now = () => performance.now() / 1000;

let state = fresh(), mode = "off", microphone = null, ear = null, lead = [], chain = Promise.resolve(), working = 0;
let pending = null, shown = "", parts = [], before = "", muted = false, replying = false, waited = null, voiceOver = null, countdown = null, typed = 0, problem = "", again = null;
const detector = new Detector();
const speaker = new Speaker(session, {
  began(text) {
    arm?.drop();
    arm = null;
    signal({ kind: "voice_began", at: now(), text });
  },
  ended() {
    voiceOver = now();
    signal({ kind: "voice_ended", at: now() });
    rearm();
  },
  failed: (words) => tell(words),
});
const marks = new Marks(field, at("said-behind"), at("unclear-list"), keepSpoken);
const choices = new Choices(chosen, () => { at("voice-settings").close(); if (choices.wanted) start(choices.wanted); });

// ---- signals and what they lead to
function signal(one) {
  const [next, actions] = advance(state, one);
  state = next;
  for (const action of actions) act[action.kind](action);
  show();
}

const act = {
  begin: () => open(),
  go_on: () => open(),
  stop_voice: () => hush(),
  end: () => finish(),
  nudge: () => { at("caption").textContent = NUDGE; if (!replying) speaker.say(NUDGE); },
};

function open() {
  stopCountdown();
  tell("");
  detector.begin();
  if (!ear && !parts.length) waited = voiceOver === null ? null : Math.max(0, now() - voiceOver);
  ear?.drop();
  ear = choices.kept.hears === "browser" ? armed() : new RoomEar(session, choices.kept.hears, understood, (error) => tell(error.message));
  for (const frame of lead) ear.feed(frame);
  lead = [];
  before = field.value.trim();
}

// the browser's own engine must run before the first word, or it is lost
let arm = null;
function armed() {
  const one = arm ?? new BrowserEar(understood, failed);
  arm = null;
  return one;
}
function rearm() {
  if (mode === "free" && choices.kept.hears === "browser" && !arm && !ear && !speaker.speaking && !problem) arm = new BrowserEar(understood, failed);
}

function understood({ text, speech, aside }) {
  if (aside) at("voice-aside").textContent = aside;
  if (choices.kept.hears !== "browser") detector.told(speech);
  if (!ear) return;
  at("caption").textContent = text;
  signal({ kind: "caption", at: now(), text: `${before} ${text}`.trim() });
}

function finish() {
  const one = ear;
  ear = null;
  if (!one) return;
  working++;
  chain = chain.then(() => taken(one)).catch(failed).finally(() => { working--; show(); rearm(); maybeSend(); });
}

async function taken(one) {
  try {
    const heard = await one.end(choices.kept.keep);
    again = null;
    if (heard.aside) at("voice-aside").textContent = heard.aside;
    at("caption").textContent = heard.text ? "" : `Nothing was heard${heard.nothing ? `: ${heard.nothing}` : ""}.`;
    if (!heard.text) return;
    parts.push({ id: heard.id, text: heard.text, garbled: heard.garbled });
    put(heard.text, heard.garbled);
  } catch (error) {
    if (error.again) again = one;
    else if (one.caption) put(one.caption, [[0, one.caption.length]]); // what was understood so far, not to be trusted
    throw error;
  }
}

function put(text, garbled) {
  marks.append(text, garbled);
  field.dispatchEvent(new Event("input"));
}

function failed(error) {
  if (arm?.over) arm = null;
  const words = error instanceof HearingError || error instanceof MicrophoneError ? error.message : `The voice failed (${error.message}).`;
  tell(again ? `${words} Your sound is still there.` : words);
  if (ear?.over) { ear = null; state = { ...state, began: null, over: null, held: false }; }
  show();
}

// ---- the turn by itself
function maybeSend() {
  if (mode !== "free" || choices.kept.auto === "" || ear || working || state.began !== null || !parts.length || !field.value.trim() || problem || at("send").disabled) return;
  stopCountdown();
  countdown = { until: now() + Number(choices.kept.auto), timer: setInterval(count, 100) };
  count();
}

function count() {
  const left = countdown.until - now();
  if (state.run !== null || state.began !== null) return stopCountdown();
  if (left > 0) { at("countdown").textContent = String(Math.ceil(left - 0.001)); return show(); }  // a sum of seconds may be a hair over a whole one
  stopCountdown();
  form.requestSubmit();
}

function stopCountdown() {
  if (!countdown) return;
  clearInterval(countdown.timer);
  countdown = null;
  at("countdown").textContent = "";
  show();
}
document.addEventListener("keydown", stopCountdown, true);
field.addEventListener("pointerdown", stopCountdown);
field.addEventListener("keydown", () => { typed = now(); });
field.addEventListener("input", () => { if (!field.value.trim()) parts = []; keepSpoken(); });

// ---- sound
function frame({ pcm, level }) {
  const keys = state.began === null && !state.voice && now() - typed < 0.7; // the clatter of one's own keys is no speech
  const speech = keys ? 0 : detector.chance(level, speaker.level());
  meter(level, speech);
  if (ear) ear.feed(pcm);
  else { lead.push(pcm); if (lead.length > LEAD) lead.shift(); }
  signal({ kind: "chance", at: now(), speech });
  if (!state.voice) return;
  if (state.run !== null) speaker.hold();
  else if (speaker.held) { detector.mistaken(); speaker.go(); }
}

let metered = 0;
function meter(level, speech) {
  if (++metered % 3) return;
  const share = Math.max(0, Math.min(1, (level + 65) / 60));
  at("level").ariaValueNow = String(Math.round(100 * share));
  at("level").firstElementChild.style.width = `${100 * share}%`;
  at("level").classList.toggle("speech", speech >= 0.5);
}

async function start(wanted) {
  choices.wanted = null;
  pending = wanted;
  stop();
  tell("");
  try {
    if (!choices.offered) await choices.load();
    const why = cannot();
    if (why) throw new MicrophoneError(why);
    if (!choices.chosen("hears")) throw new MicrophoneError("Nothing here can hear you: neither this machine nor this browser. `caseroom voice install` brings a recogniser to the machine that runs the room.");
    if (choices.open().length) {
      choices.wanted = wanted;
      settings();
      return;
    }
    speaker.engine = choices.kept.speaks;
    microphone = await new Microphone(frame, (words) => { stop(); tell(words); }).open(choices.kept.device, new URL("./capture.js", import.meta.url).href);
    await begun(wanted);
  } catch (error) {
    stop();
    tell(error instanceof MicrophoneError ? error.message : `Voice cannot be used (${error.message}).`);
  } finally {
    pending = null;
    show();
  }
}

async function begun(wanted) {
  mode = wanted;
  fetch("/api/voice/ready", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ hears: choices.kept.hears, speaks: speaker.engine }) }).catch(() => {});
  state = { ...fresh(mode === "free"), quiet: now() };
  Object.assign(detector, new Detector());
  choices.set("mode", mode);
  log.setAttribute("aria-live", speaker.engine === "none" ? "polite" : "off"); // one voice at a time
  choices.devices(await microphone.devices(), microphone.device);
  show();
  if (mode === "key") talk.focus();
  rearm();
  if (!document.querySelector(".turn.candidate")) repeat();
}

function stop() {
  stopCountdown();
  speaker.stop();
  for (const one of [ear, arm]) one?.drop();
  ear = arm = null;
  lead = [];
  microphone?.close();
  microphone = null;
  mode = "off";
  state = fresh();
  log.setAttribute("aria-live", "polite");
  at("level").firstElementChild.style.width = "0";
  show();
}

function repeat() {
  const last = [...document.querySelectorAll(".turn.interviewer")].at(-1);
  speaker.stop();
  muted = false;
  for (const paragraph of last?.querySelectorAll("p") ?? []) speaker.say(paragraph.textContent);
}

// ---- the talk key
function press() {
  if (mode === "off") return;
  if (state.began !== null) release();
  else if (mode === "key") signal({ kind: "pressed", at: now() });
  else if (speaker.speaking) hush();
}
function release() {
  if (state.began !== null) signal({ kind: "released", at: now() });
}
function hush() {
  muted = replying;
  speaker.stop();
}
talkKey(talk, { live: () => mode !== "off", holds: () => mode === "key", press, release });
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && speaker.speaking && !document.querySelector("dialog[open]")) hush();
});

// ---- what is shown
const WORDS = {
  off: "", key: "Hold the button or the space bar and speak; or tap, speak, and tap again.", free: "Listening. Speak when you like.", you: "You speak.", thinking: "Take your time; the turn stays open.",
  working: "Understanding …", read: "Read it, put it right if need be, and send it.", sending: "It is sent by itself. Any key or word stops that.", voice: "The interviewer speaks.", reply: "The reply is on its way.",
};
function standing() {
  if (mode === "off") return "off";
  if (state.began !== null) return thinking(state) && !state.speaking && mode === "free" ? "thinking" : "you";
  if (working) return "working";
  if (countdown) return "sending";
  if (state.voice) return "voice";
  if (replying) return "reply";
  return parts.length && field.value.trim() ? "read" : mode;
}
function show() {
  for (const radio of bar.querySelectorAll("[name=mode]")) radio.checked = radio.value === (pending ?? mode);
  const name = standing(), live = mode !== "off", open = state.began !== null;
  const now = [name, mode, open, speaker.engine, Boolean(again), problem, choices.wanted, choices.kept.mode].join();
  if (now === shown) return;
  shown = now;
  bar.dataset.state = name;
  if (at("voice-state").textContent !== WORDS[name]) at("voice-state").textContent = WORDS[name];
  talk.hidden = !live || (mode === "free" && !open);
  talk.textContent = open ? "Done" : "Talk";
  talk.setAttribute("aria-pressed", String(open));
  for (const id of ["level", "hear-again"]) at(id).hidden = !live;
  at("hear-again").hidden ||= speaker.engine === "none";
  at("voice-resume").hidden = live || choices.kept.mode === "off" || Boolean(problem) || choices.wanted;
  at("voice-resume").textContent = choices.kept.mode === "free" ? "Go on hands-free" : "Go on with push to talk";
  at("try-again").hidden = !again;
}

function tell(words) {
  problem = words;
  at("voice-problem").hidden = !words;
  at("voice-why").textContent = words;
  show();
}

function settings() {
  show();
  at("voice-settings").showModal();
}

function chosen(key) {
  at("caption").setAttribute("aria-live", choices.kept.announce ? "polite" : "off");
  if (key === "speaks" && mode !== "off" && !choices.open().length) { speaker.stop(); speaker.engine = choices.kept.speaks; }
  if (["device", "hears", "speaks", "agreed"].includes(key) && mode !== "off") {
    const wanted = mode;
    if (choices.open().length) { stop(); choices.wanted = wanted; } else if (key !== "speaks") start(wanted);
  }
  show();
}

// ---- what was spoken of a turn that is not sent outlives a reload
function keepSpoken() {
  try {
    if (parts.length) sessionStorage.setItem(KEPT, JSON.stringify({ parts, spans: marks.spans, text: field.value }));
    else sessionStorage.removeItem(KEPT);
  } catch { /* no storage */ }
}
function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    if (kept?.text !== field.value) return;
    parts = kept.parts;
    marks.spans = kept.spans;
    marks.was = field.value;
    marks.show();
  } catch { /* nothing kept */ }
}

// ---- what the room's script calls
form.voice = {
  get on() { return mode !== "off"; },
  // before a turn is sent: what is still spoken belongs to it
  async settle() {
    stopCountdown();
    release();
    await chain;
  },
  spoken() {
    replying = true;
    if (!parts.length) return {};
    const text = field.value, cut = text.length - text.trimStart().length, length = text.trim().length;
    const unclear = marks.spans.map(([a, b]) => [Math.max(0, a - cut), Math.min(length, b - cut)]).filter(([a, b]) => a < b);
    return { spoken: { parts, unclear, waited, keep_audio: choices.kept.keep } };
  },
  sent() {
    parts = [];
    muted = false;
    marks.clear();
    at("caption").textContent = at("voice-aside").textContent = "";
    keepSpoken();
  },
  move(text) { if (mode !== "off" && !muted && state.began === null) speaker.say(text); },
  replied() {
    replying = false;
    if (mode === "off") return;
    if (!speaker.speaking && !speaker.queue.length && !speaker.running) for (const kind of ["voice_began", "voice_ended"]) signal({ kind, at: now(), text: "" });
    if (speaker.engine === "none") voiceOver = null;
    if (mode === "key") talk.focus();
    show();
    maybeSend();
  },
};

for (const radio of bar.querySelectorAll("[name=mode]")) radio.addEventListener("change", () => {
  if (radio.value !== "off") return start(radio.value);
  stop();
  tell("");
  choices.set("mode", "off");
});
at("voice-open").addEventListener("click", async () => { if (!choices.offered) await choices.load(); settings(); });
at("voice-close").addEventListener("click", () => at("voice-settings").close());
at("voice-settings").addEventListener("close", () => { choices.wanted = null; show(); });
at("voice-resume").addEventListener("click", () => start(choices.kept.mode));
at("hear-again").addEventListener("click", repeat);
at("try-again").addEventListener("click", () => {
  const one = again;
  again = null;
  tell("");
  ear = one;
  finish();
});
addEventListener("pagehide", () => { for (const one of [ear, arm]) one?.drop(); });
at("caption").setAttribute("aria-live", choices.kept.announce ? "polite" : "off");
restore();
bar.hidden = false;
show();
