// @ts-check
// Two short sounds, made here: one that rises for yes, one that falls for no.

const TONES = { yes: [660, 990], no: [330, 220] };
const LENGTH = 0.12;
/** @type {AudioContext | null} */
let context = null;

/**
 * Play one of them; where there is no sound, nothing.
 * @param {"yes" | "no"} name
 */
export function sound(name) {
  try {
    const player = (context ||= new AudioContext());
    player.resume();
    TONES[name].forEach((pitch, place) => {
      const [tone, gain] = [player.createOscillator(), player.createGain()];
      const from = player.currentTime + place * LENGTH;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.2, from);
      gain.gain.exponentialRampToValueAtTime(0.001, from + LENGTH);
      tone.connect(gain).connect(player.destination);
      tone.start(from);
      tone.stop(from + LENGTH);
    });
  } catch {
    // No sound here: color and words say the same.
  }
}
