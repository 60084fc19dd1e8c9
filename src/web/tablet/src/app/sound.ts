// Sound: made in code, unlocked by the first touch, as browsers ask for. Whether it is wanted is a setting.
import { signal } from '@preact/signals';
import { settings } from './settings.ts';
import { type Note, SOUNDS, type SoundName } from './tones.ts';

/** False until somebody touched the page: a ring could not be heard yet. */
export const canSound = signal(false);

let context: AudioContext | null = null;

/** To be called while a touch or a key is handled; more than once does no harm. */
export function unlockSound(): void {
  if (!('AudioContext' in globalThis)) return;
  context ??= new AudioContext();
  const opened = context;
  opened.resume().then(
    () => {
      canSound.value = opened.state === 'running';
    },
    () => undefined,
  );
}

/** Unlocks at the next touch or key, whatever it is for: after a reload nobody starts a shift anew. */
export function unlockAtFirstTouch(): () => void {
  const events = ['pointerdown', 'keydown'] as const;
  for (const name of events) addEventListener(name, unlockSound, { capture: true });
  return () => {
    for (const name of events) removeEventListener(name, unlockSound, { capture: true });
  };
}

/** Plays it, where sound is wanted and unlocked. */
export function play(name: SoundName): void {
  if (context === null || context.state !== 'running' || !settings.value.sound) return;
  for (const note of SOUNDS[name]) sound(context, note);
}

function sound(into: AudioContext, { hertz, at, seconds, volume, wave }: Note): void {
  const start = into.currentTime + at;
  const oscillator = into.createOscillator();
  const gain = into.createGain();
  oscillator.type = wave;
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  // A start and an end without a click.
  gain.gain.linearRampToValueAtTime(volume, start + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.001, start + seconds);
  oscillator.connect(gain).connect(into.destination);
  oscillator.start(start);
  oscillator.stop(start + seconds);
}
