// Who speaks when: the same rules as caseroom/speech/turns.py, and the same table of cases (tests/data/turns.json). It hears no sound and looks at no clock.
export const THINKING = /\b(?:let me (?:just )?(?:think|see|collect|gather|write|sketch)|let me take a (?:moment|second|minute)|give me (?:a|one|two) (?:\w+ )?(?:moments?|seconds?|secs?|minutes?)|(?:just )?(?:a|one) (?:moment|second|sec|minute),? please|(?:just )?one (?:moment|second|sec)\b|bear with me|i need (?:a|one) (?:moment|second|minute)|thinking (?:out loud|aloud|about)|hold on)\b/gi;
export const UNHURRIED = /\b(?:take your time|no rush|take a (?:moment|minute)|whenever you are ready)\b/i;
export const OPEN = /(?:[,:;–—-]|\.\.\.|…|\b(?:and|or|but|so|because|then|that|which|with|for|to|of|the|a|an|is|are|if|first|second|third|um|uh|er|like|well))\s*$/i;
// times in seconds, thresholds of probability
export const RULES = {
  speech: 0.5, silence: 0.35, blip: 0.2, barge: 0.25, barge_speech: 0.6, patience: 0.9, longest: 6.0, room: 0.4, unfinished: 2.0, unhurried: 5.0, nudge: 25.0,
  nudge_thinking: 60.0,
};
const KEPT_PAUSES = 20;

export const fresh = (handsFree = true, rules = {}) => ({
  rules: { ...RULES, ...rules }, hands_free: handsFree, began: null, over: null, run: null, speaking: false, last: 0, quiet: 0, held: false, voice: false,
  pauses: [], caption: "", unhurried: false, nudged: false,
});

export function thinking(state) {
  const tail = state.caption.trim().slice(-80);
  const last = [...tail.matchAll(THINKING)].at(-1);
  if (!last) return false;
  return tail.slice(last.index + last[0].length).split(/\s+/).filter(Boolean).length <= 6;
}

// seconds of silence that end the turn by now; null if none does
export function patience(state) {
  if (thinking(state)) return null;
  const { rules } = state;
  const own = [...state.pauses].sort((a, b) => a - b);
  const usual = own.length ? own[Math.floor(0.8 * (own.length - 1))] + rules.room : 0;
  let wait = Math.min(rules.longest, Math.max(rules.patience, usual));
  if (OPEN.test(state.caption)) wait = Math.min(rules.longest, wait * rules.unfinished);
  return state.unhurried ? Math.max(wait, rules.unhurried) : wait;
}

// the state after a signal, and what is to be done; signals come in the order of their times
export function advance(state, signal) {
  const { at } = signal;
  switch (signal.kind) {
    case "chance": return heard(state, signal);
    case "pressed":
      return [{ ...state, held: true, began: at, over: null, run: null, caption: "", last: at, nudged: false }, [...stopped(state, at), { kind: "begin", at }]];
    case "released":
      return state.began === null ? [{ ...state, held: false }, []] : ended({ ...state, held: false }, at);
    case "voice_began":
      return [{ ...state, voice: true, over: null, run: null, unhurried: UNHURRIED.test(signal.text ?? "") }, []];
    case "voice_ended": return [{ ...state, voice: false, run: null, quiet: at }, []];
    case "caption": return [{ ...state, caption: signal.text }, []];
    default: throw new Error(`no such signal: ${signal.kind}`);
  }
}

const stopped = (state, at) => (state.voice ? [{ kind: "stop_voice", at }] : []);
const ended = (state, at) => [{ ...state, began: null, over: at, speaking: false, run: null, quiet: at, unhurried: false }, [{ kind: "end", at }]];

function heard(state, { at, speech }) {
  if (state.held || !state.hands_free) return keyed(state, at, speech);
  const needed = state.voice ? state.rules.barge_speech : state.rules.speech;
  return speech >= (state.speaking ? state.rules.silence : needed) ? spoke(state, at) : silent(state, at);
}

function keyed(state, at, speech) {
  if (state.held) return [speech >= state.rules.speech ? { ...state, last: at } : state, []];
  return !state.voice && state.began === null ? nudge(state, at) : [state, []];
}

function spoke(state, at) {
  if (state.speaking) return [{ ...state, last: at, quiet: at }, []];
  const run = state.run === null ? at : state.run;
  if (at - run < (state.voice ? state.rules.barge : state.rules.blip)) return [{ ...state, run }, []];
  const on = { ...state, speaking: true, run: null, last: at, quiet: at, nudged: false };
  const pauses = [...state.pauses, Math.max(0, run - state.last)].slice(-KEPT_PAUSES);
  if (state.began !== null) return [{ ...on, pauses }, []]; // a pause of their own is over
  if (state.over !== null) return [{ ...on, began: state.over, over: null, pauses }, [{ kind: "go_on", at: run }]];
  return [{ ...on, began: run, caption: "" }, [...stopped(state, at), { kind: "begin", at: run }]];
}

function silent(was, at) {
  const state = { ...was, run: null, speaking: false };
  if (state.voice) return [state, []];
  if (state.began !== null) {
    const wait = patience(state);
    if (wait !== null && at - state.last >= wait) return ended(state, state.last);
  }
  return nudge(state, at);
}

function nudge(state, at) {
  const wait = thinking(state) || state.unhurried ? state.rules.nudge_thinking : state.rules.nudge;
  if (state.nudged || state.over !== null || at - state.quiet < wait) return [state, []];
  return [{ ...state, nudged: true }, [{ kind: "nudge", at }]];
}
