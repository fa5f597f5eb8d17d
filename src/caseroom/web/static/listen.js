// The microphone: which one, how loud, and how probable it is that somebody speaks. It sends nothing anywhere.
export const FRAME_SECONDS = 0.032;

export class MicrophoneError extends Error {}

const WHY = {
  NotAllowedError: "This page may not use the microphone. Click the lock or the microphone sign beside the address, allow the microphone, and choose again. If the system refuses it, allow it there for this browser.",
  SecurityError: "This browser forbids pages the microphone. Look into its settings, or type.",
  NotFoundError: "No microphone was found. Connect one, or check that it is on, and choose again.",
  NotReadableError: "The microphone is there but cannot be opened; another program may use it. Close that one and choose again.",
  OverconstrainedError: "The microphone that was chosen is gone. Choose another below.",
};

export function cannot() {
  if (!window.isSecureContext) return `A browser gives the microphone only to a page on this machine or over https. Open the room on this machine as 127.0.0.1:${location.port || 80}, or serve it over https.`;
  if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) return "This browser gives pages no microphone. Take a newer one, or type.";
  return "";
}

export class Microphone {
  // told(frame): { pcm, level, seconds } each 32 ms; lost(why): it was unplugged or forbidden
  constructor(told, lost) { Object.assign(this, { told, lost, frames: 0 }); }

  async open(device, worklet) {
    const why = cannot();
    if (why) throw new MicrophoneError(why);
    const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    if (device) wanted.deviceId = { exact: device };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    } catch (error) {
      if (device && error.name === "OverconstrainedError") return this.open("", worklet);
      throw new MicrophoneError(WHY[error.name] ?? `The microphone cannot be opened (${error.message}).`);
    }
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule(worklet);
    this.node = new AudioWorkletNode(this.context, "capture", { numberOfOutputs: 0 });
    this.node.port.onmessage = ({ data }) => this.told({ ...data, seconds: ++this.frames * FRAME_SECONDS });
    this.context.createMediaStreamSource(this.stream).connect(this.node);
    this.stream.getAudioTracks()[0].addEventListener("ended", () => this.lost("The microphone is gone: unplugged, or forbidden. Choose again when it is back."));
    if (this.context.state === "suspended") await this.context.resume();
    return this;
  }

  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    return all.filter((one) => one.kind === "audioinput").map((one, n) => ({ id: one.deviceId, name: one.label || `Microphone ${n + 1}` }));
  }

  get device() { return this.stream?.getAudioTracks()[0].getSettings().deviceId ?? ""; }

  close() {
    if (this.node) { this.node.port.onmessage = null; this.node.port.postMessage("stop"); }
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.node = this.stream = this.context = null;
  }
}

// How probable it is that somebody speaks, from loudness alone: clearly above what the room sounds like, and above what comes back of the interviewer's own voice.
export class Detector {
  constructor() { Object.assign(this, { floor: -60, back: -15, cap: 1, noise: 0, loud: 0, heard: 0 }); }

  // level and out in decibels; out: how loud the interviewer's voice is now, null if it is still
  chance(level, out = null) {
    const playing = out !== null && out > -60;
    if (!playing) this.rest(level);
    let needed = Math.max(this.floor + 12, -50);
    if (playing) {
      const seen = Math.max(-60, Math.min(-3, level - out));
      this.back += Math.max(-0.2, Math.min(0.2, seen - this.back)); // learned slowly, so that who speaks over it is not taken for it
      needed = Math.max(needed + 4, out + this.back + 10);
    }
    const speech = 1 / (1 + Math.exp(-(level - needed) / 1.5));
    if (speech >= 0.5) this.loud++;
    return Math.min(this.cap, speech);
  }

  // what the room sounds like when nobody speaks: the first half second tells, later what is quiet
  rest(level) {
    if (++this.heard <= 15) this.floor = Math.max(-75, Math.min(-40, this.heard === 1 ? level : this.floor, level));
    else if (level < this.floor) this.floor = Math.max(-75, this.floor + 0.15 * (level - this.floor));
    else this.floor = Math.min(-30, this.floor + (level > this.floor + 12 ? 0.004 : 0.03));
  }

  // what the recogniser's own detector says of the last pieces: noise and music are loud, but nobody speaks
  told(speech) {
    this.noise = speech < 0.3 && this.loud > 3 ? this.noise + 1 : 0;
    this.loud = 0;
    this.cap = this.noise >= 6 ? 0.2 : 1;
  }

  // it was its own voice that came back, or a cough
  mistaken() { this.back = Math.min(-3, this.back + 2); }

  begin() { this.noise = this.loud = 0; this.cap = 1; }
}
