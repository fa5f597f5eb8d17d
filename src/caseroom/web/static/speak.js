// The interviewer's voice: sentence by sentence as they come; it is still at once when somebody speaks over it. It says nothing of its own.
const SENTENCE = /(?<=[.!?…])["”’)]*\s+(?=\S)/u;

export const browserVoice = () => {
  const all = window.speechSynthesis?.getVoices().filter((voice) => voice.lang.startsWith("en")) ?? [];
  return all.find((voice) => voice.localService) ?? all[0] ?? null;
};

export class Speaker {
  // began(text): it can be heard, with all of this utterance so far; ended(): it is over or was stopped; failed(words)
  constructor(session, { began, ended, failed }) {
    Object.assign(this, { session, began, ended, failed, engine: "none", queue: [], now: null, said: "", round: 0, held: false });
  }

  get speaking() { return Boolean(this.now); }

  say(text) {
    if (this.engine === "none") return;
    for (const sentence of text.split(SENTENCE)) if (/\p{L}|\d/u.test(sentence)) this.queue.push({ text: sentence });
    this.ahead();
    if (!this.running) this.run(this.round);
  }

  // the next sentences are made while one is heard
  ahead() {
    if (this.engine === "browser") return;
    for (const one of this.queue.slice(0, 2)) {
      one.sound ??= this.fetched(one.text);
      one.sound.catch(() => {});
    }
  }

  async fetched(text) {
    const response = await fetch("/api/voice/say", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ session: this.session, text, by: this.engine }),
    });
    if (!response.ok) throw new Error((await response.json().catch(() => null))?.detail ?? `The room answered ${response.status}.`);
    return this.context().decodeAudioData(await response.arrayBuffer());
  }

  context() {
    if (!this.sounds) {
      this.sounds = new AudioContext();
      this.meter = this.sounds.createAnalyser();
      this.meter.fftSize = 1024;
      this.meter.connect(this.sounds.destination);
    }
    if (this.sounds.state === "suspended") this.sounds.resume();
    return this.sounds;
  }

  async run(round) {
    this.running = true;
    try {
      while (this.queue.length && round === this.round) {
        const one = this.queue.shift();
        this.ahead();
        if (this.engine === "browser") await this.uttered(one.text);
        else {
          one.sound ??= this.fetched(one.text);
          const sound = await one.sound;
          this.ahead();
          if (round === this.round) await this.played(one.text, sound);
        }
      }
    } catch (error) {
      if (round === this.round) { this.queue = []; this.failed(`The voice failed (${error.message}). Read the reply below; the next one is tried again.`); }
    }
    if (round !== this.round) return;
    this.running = false;
    this.finished();
  }

  begin(text) {
    this.said = `${this.said} ${text}`.trim();
    this.began(this.said);
  }

  finished() {
    const was = this.said;
    this.now = null;
    this.said = "";
    this.held = false;
    if (was) this.ended();
  }

  played(text, sound) {
    return new Promise((over) => {
      this.now = { sound, offset: 0, over };
      this.begin(text);
      if (!this.held) this.start();
    });
  }

  start() {
    const { now } = this;
    const source = this.context().createBufferSource();
    source.buffer = now.sound;
    source.connect(this.meter);
    source.onended = () => { if (now.source === source) now.over(); };
    now.source = source;
    now.at = this.sounds.currentTime;
    source.start(0, now.offset);
  }

  uttered(text) {
    return new Promise((over, wrong) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.voice = browserVoice();
      utterance.lang = utterance.voice?.lang ?? "en";
      utterance.onend = over;
      utterance.onerror = ({ error }) => (error === "interrupted" || error === "canceled" ? over() : wrong(new Error(error)));
      this.now = { utterance, over };
      this.begin(text);
      speechSynthesis.speak(utterance);
    });
  }

  // somebody may be speaking: still at once, and on from here if it was nothing
  hold() {
    if (!this.now || this.held) return;
    this.held = true;
    if (this.now.utterance) speechSynthesis.pause();
    else this.silence();
  }

  go() {
    if (!this.held) return;
    this.held = false;
    if (this.now?.utterance) speechSynthesis.resume();
    else if (this.now) this.start();
  }

  silence() {
    const { now } = this, { source } = now;
    if (!source) return;
    now.source = null;
    now.offset = Math.max(0, now.offset + this.sounds.currentTime - now.at - 0.15); // a little is said again
    source.stop();
    source.disconnect();
  }

  stop() {
    this.round++;
    this.queue = [];
    this.running = false;
    const { now } = this;
    if (now?.utterance) speechSynthesis.cancel();
    else if (now) this.silence();
    now?.over();
    this.finished();
  }

  // how loud it is now, in decibels; null if it is still
  level() {
    if (!this.now || this.held) return null;
    if (this.now.utterance) return -20;
    this.samples ??= new Float32Array(this.meter.fftSize);
    this.meter.getFloatTimeDomainData(this.samples);
    return 10 * Math.log10(Math.max(1e-12, this.samples.reduce((sum, value) => sum + value * value, 0) / this.samples.length));
  }
}
