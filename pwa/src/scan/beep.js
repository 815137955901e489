/**
 * The sound and the shake that say "read". Nothing else of the scanner is here.
 */

const TONE_HZ = 1760;
const TONE_S = 0.09;
const LOUDNESS = 0.15;
const SHAKE_MS = 60;

/** @type {AudioContext | null} one for the page's life: browsers allow only a few */
let audio = null;

/** Sounds and shakes where a person has touched the page; before that browsers forbid both. */
export function beep() {
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  navigator.vibrate?.(SHAKE_MS);
  if (typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  audio.resume().catch(() => undefined);
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = TONE_HZ;
  volume.gain.value = LOUDNESS;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + TONE_S);
}
