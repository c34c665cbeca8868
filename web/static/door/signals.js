// What is heard and felt of a result: two tones up for in, one low and long for not.
const TONES = {
  good: [[660, 0, 0.09], [990, 0.1, 0.16]],
  wait: [[440, 0, 0.14], [440, 0.2, 0.14]],
  bad: [[190, 0, 0.5]],
};
const BUZZES = { good: [70], wait: [70, 60, 70], bad: [350] };

let audio = null;

// Browsers let a page be heard once somebody has pressed something on it.
export const wake = () => {
  const Kind = globalThis.AudioContext ?? globalThis.webkitAudioContext;
  if (Kind) audio ??= new Kind();
  if (audio?.state === "suspended") audio.resume().catch(() => {});
};

const sound = (tone) => {
  if (audio?.state !== "running") return;
  for (const [pitch, after, long] of TONES[tone]) {
    const voice = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + after;
    voice.type = tone === "bad" ? "square" : "sine";
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.6, at + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + long);
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at + long);
  }
};

export const signal = (tone, { sounds, buzzes }) => {
  if (sounds) sound(tone);
  if (buzzes) navigator.vibrate?.(BUZZES[tone]);
};
