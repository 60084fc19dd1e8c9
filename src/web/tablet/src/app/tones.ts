// The sounds as notes: no file to load, so that they sound without a network and from the first second. Pure.

/** `at` and `seconds` from the start of the sound. */
export type Note = {
  hertz: number;
  at: number;
  seconds: number;
  volume: number;
  wave: 'sine' | 'triangle' | 'square';
};

const bell = (hertz: number, at: number, volume: number): Note[] => [
  { hertz, at, seconds: 0.5, volume, wave: 'triangle' },
  { hertz: hertz * 2, at, seconds: 0.25, volume: volume / 3, wave: 'sine' },
];

export const SOUNDS = {
  /** A new order: two bells, like a shop's door. */
  ring: [...bell(880, 0, 0.5), ...bell(659, 0.22, 0.5)],
  /** Nobody touched it for a while: more of it. */
  urgent: [0, 0.22, 0.44, 0.66].flatMap((at, step) => bell(step % 2 === 0 ? 988 : 784, at, 0.8)),
  good: [{ hertz: 1_175, at: 0, seconds: 0.12, volume: 0.3, wave: 'sine' }],
  done: [
    { hertz: 784, at: 0, seconds: 0.14, volume: 0.35, wave: 'sine' },
    { hertz: 1_175, at: 0.13, seconds: 0.22, volume: 0.35, wave: 'sine' },
  ],
  /** Low and rough: cannot be taken for any of the others in a loud shop. */
  wrong: [
    { hertz: 196, at: 0, seconds: 0.18, volume: 0.4, wave: 'square' },
    { hertz: 147, at: 0.22, seconds: 0.32, volume: 0.4, wave: 'square' },
  ],
} as const satisfies Record<string, readonly Note[]>;

export type SoundName = keyof typeof SOUNDS;
