// Two short sounds, made here: one that rises for yes, one that falls for no.

const TONES = { yes: [660, 990], no: [330, 220] };
const LENGTH = 0.12;
let context = null;

export function sound(name) {
  try {
    context ||= new AudioContext();
    context.resume();
    TONES[name].forEach((pitch, place) => {
      const [tone, gain] = [context.createOscillator(), context.createGain()];
      const from = context.currentTime + place * LENGTH;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.2, from);
      gain.gain.exponentialRampToValueAtTime(0.001, from + LENGTH);
      tone.connect(gain).connect(context.destination);
      tone.start(from);
      tone.stop(from + LENGTH);
    });
  } catch {
    // No sound here: color and words say the same.
  }
}
