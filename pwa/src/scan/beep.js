/**
 * The sounds and shakes that say "read" and "not this one". Nothing else of the scanner is here.
 */

const READ = { tone_Hz: 1760, tone_s: 0.09, shake_ms: [60] };
const REFUSED = { tone_Hz: 220, tone_s: 0.35, shake_ms: [120, 80, 120] };
const LOUDNESS = 0.15;

/** @type {AudioContext | null} one for the page's life: browsers allow only a few */
let audio = null;

/** A code was read. */
export const beep = () => sound(READ);

/** What was read is of no use here; low and long, to be told apart without looking. */
export const buzz = () => sound(REFUSED);

/**
 * Sounds and shakes where a person has touched the page; before that browsers forbid both.
 * @param {typeof READ} signal
 */
function sound({ tone_Hz, tone_s, shake_ms }) {
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  navigator.vibrate?.(shake_ms);
  if (typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  audio.resume().catch(() => undefined);
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = tone_Hz;
  volume.gain.value = LOUDNESS;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + tone_s);
}
