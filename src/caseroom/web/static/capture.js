// The microphone as 16 kHz, mono, 16 bit, in frames of 32 ms, each with its loudness. It runs on the sound's own thread and keeps nothing.
const RATE = 16000, FRAME = 512, HALF = 24;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE;
    this.held = new Float32Array(HALF); // samples before the next place
    this.at = HALF;
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.sum = 0;
    this.live = true;
    this.port.onmessage = () => { this.live = false; };
    this.kernel = kernels(Math.max(1, this.step));
  }

  process([input]) {
    const channel = input[0];
    if (channel?.length) this.take(input.length > 1 ? mixed(input) : channel);
    return this.live;
  }

  take(samples) {
    const all = new Float32Array(this.held.length + samples.length);
    all.set(this.held);
    all.set(samples, this.held.length);
    while (this.at + HALF < all.length) {
      this.put(this.step === 1 ? all[Math.floor(this.at)] : this.sampled(all));
      this.at += this.step;
    }
    const from = Math.max(0, Math.floor(this.at) - HALF);
    this.held = all.slice(from);
    this.at -= from;
  }

  sampled(all) {
    const whole = Math.floor(this.at), kernel = this.kernel[Math.floor((this.at - whole) * this.kernel.length)];
    let sum = 0;
    for (let n = 0; n < 2 * HALF; n++) sum += all[whole - HALF + 1 + n] * kernel[n];
    return sum;
  }

  put(sample) {
    const value = Math.max(-1, Math.min(1, sample));
    this.sum += value * value;
    this.frame[this.filled++] = Math.round(value * 32767);
    if (this.filled < FRAME) return;
    const level = 10 * Math.log10(Math.max(1e-12, this.sum / FRAME));
    const pcm = this.frame;
    this.port.postMessage({ pcm, level }, [pcm.buffer]);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.sum = 0;
  }
}

function mixed(channels) {
  const out = new Float32Array(channels[0].length);
  for (const channel of channels) for (let n = 0; n < out.length; n++) out[n] += channel[n] / channels.length;
  return out;
}

// windowed sinc for so many places between two samples; it also keeps out what 16 kHz cannot hold
function kernels(step, places = 32) {
  return Array.from({ length: places }, (_, place) => {
    const kernel = Float32Array.from({ length: 2 * HALF }, (_, n) => {
      const x = n - HALF + 1 - place / places, y = (0.95 * x) / step;
      const sinc = y === 0 ? 1 : Math.sin(Math.PI * y) / (Math.PI * y);
      return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / (HALF + 1)));
    });
    const sum = kernel.reduce((a, b) => a + b, 0);
    return kernel.map((value) => value / sum);
  });
}

registerProcessor("capture", Capture);
