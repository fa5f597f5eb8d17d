// What makes words of sound: the room (on its machine, or an endpoint that it names), or the browser's own engine. It judges nothing.
const BATCH = 8; // frames in one message: a quarter of a second
const RATE = 16000;

export class HearingError extends Error {
  constructor(words, again = false) { super(words); this.again = again; }
}

function wav(frames) {
  const count = frames.reduce((sum, frame) => sum + frame.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (at, word) => [...word].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * count, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const frame of frames) for (const sample of frame) { view.setInt16(at, sample, true); at += 2; }
  return view.buffer;
}

// One turn, sent to the room piece by piece while it is spoken.
export class RoomEar {
  constructor(session, by, told, wrong) {
    const id = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    Object.assign(this, { address: `/api/sessions/${session}/speech/${id}`, by, told, wrong, frames: [], batch: [], number: 0, over: false, sending: null, failed: null, caption: "" });
  }

  feed(pcm) {
    if (this.over) return;
    this.frames.push(pcm);
    if (this.frames.length >= BATCH && !this.sending && !this.failed) this.send();
  }

  send() {
    this.sending = this.pump().catch((error) => { this.failed = error; this.wrong(error); }).finally(() => { this.sending = null; });
    return this.sending;
  }

  async pump() {
    while (this.batch.length || this.frames.length >= BATCH || (this.over && this.frames.length)) {
      if (!this.batch.length) this.batch = this.frames.splice(0, 16 * BATCH); // what did not arrive is sent again as it was
      const data = await (await post(`${this.address}?number=${this.number}&by=${encodeURIComponent(this.by)}`, wav(this.batch))).json();
      this.number++;
      this.batch = [];
      this.caption = data.text;
      this.told(data);
    }
  }

  async end(keep) {
    this.over = true;
    await this.sending;
    this.failed = null;
    if (this.batch.length || this.frames.length) await this.send();
    if (this.failed) throw this.failed;
    if (!this.number) return { id: "", text: "", garbled: [], nothing: "it was too short" };
    return (await post(`${this.address}/end?keep=${keep}`)).json();
  }

  drop() {
    this.over = true;
    fetch(this.address, { method: "DELETE", keepalive: true }).catch(() => {});
  }
}

async function post(address, body = undefined) {
  for (let left = 3; ; left--) {
    const response = await fetch(address, { method: "POST", headers: body ? { "Content-Type": "audio/wav" } : {}, body }).catch(() => null);
    if (response?.ok) return response;
    if (response && response.status !== 429) throw new HearingError((await response.json().catch(() => null))?.detail ?? `The room answered ${response.status}.`, response.status === 502);
    if (!left) throw new HearingError(response ? "Too much waits to be heard here." : "The room does not answer.", true);
    await new Promise((go) => setTimeout(go, 600));
  }
}

const Engine = window.SpeechRecognition ?? window.webkitSpeechRecognition;
export const browserHears = () => Boolean(Engine);

const BROWSER_WHY = {
  network: "This browser's own engine cannot reach its maker's servers. Choose what hears on this machine, or type.",
  "not-allowed": "This browser forbids its own engine to listen. Allow the microphone for this page, or choose another engine.",
  "service-not-allowed": "This browser offers its own engine by name only; it does not hear. Choose another engine, or type.",
  "audio-capture": "This browser's own engine finds no microphone.",
  "language-not-supported": "This browser's own engine does not know English here.",
};

// One turn, heard by the browser's own engine. Its words come without times; what it is unsure of is marked.
export class BrowserEar {
  constructor(told, failed) {
    Object.assign(this, { told, failed, before: [], results: [], over: false, id: "" });
    this.start();
  }

  start() {
    const engine = new Engine();
    Object.assign(engine, { lang: "en-US", continuous: true, interimResults: true });
    engine.onresult = ({ results }) => { this.results = [...results].map((one) => ({ text: one[0].transcript.trim(), sure: one.isFinal ? one[0].confidence : 1 })); this.told({ text: this.text, speech: 1 }); };
    engine.onerror = ({ error }) => { if (BROWSER_WHY[error] && !this.over) { this.over = true; this.failed(new HearingError(BROWSER_WHY[error])); } };
    engine.onend = () => { this.before.push(...this.results); this.results = []; this.ended?.(); if (!this.over) this.start(); };
    this.engine = engine;
    engine.start();
  }

  get parts() { return [...this.before, ...this.results].filter((part) => part.text); }
  get text() { return this.parts.map((part) => part.text).join(" "); }
  get caption() { return this.text; }
  feed() {}

  async end() {
    this.over = true;
    await new Promise((go) => { this.ended = go; setTimeout(go, 1500); this.engine.stop(); });
    let text = "";
    const garbled = [];
    for (const part of this.parts) {
      const start = text ? text.length + 1 : 0;
      text += (text ? " " : "") + part.text;
      if (part.sure > 0 && part.sure < 0.5) garbled.push([start, text.length]);
    }
    return { id: "", text, garbled, words: [], nothing: text ? "" : "no speech" };
  }

  drop() {
    this.over = true;
    this.engine.abort();
  }
}
