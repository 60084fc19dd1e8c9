// A film that shows nothing but a barcode: what a test's camera sees. In the one format that Chromium's fake camera
// plays without a codec (YUV4MPEG2).
import { writeFile } from 'node:fs/promises';

const WIDTH = 640;
const HEIGHT = 480;
const MODULE_PIXELS = 4;
const BAR_ROWS = { from: 120, to: 360 } as const;

const L = ['0001101', '0011001', '0010011', '0111101', '0100011', '0110001', '0101111', '0111011'];
const LEFT = [...L, '0110111', '0001011'];
/** Which of the six digits at the left are written the other way says the first digit. */
const PARITIES = ['LLLLLL', 'LLGLGG', 'LLGGLG', 'LLGGGL', 'LGLLGG', 'LGGLLG', 'LGGGLL', 'LGLGLG', 'LGLGGL'];

/** Writes a film of the EAN-13 code, for `--use-file-for-fake-video-capture`. */
export async function writeBarcodeVideo(file: string, ean: string): Promise<void> {
  const bars = barsOf(ean);
  const margin = Math.floor((WIDTH - bars.length * MODULE_PIXELS) / 2);
  const luma = Buffer.alloc(WIDTH * HEIGHT, 235);
  for (let row = BAR_ROWS.from; row < BAR_ROWS.to; row += 1) {
    for (let column = 0; column < bars.length * MODULE_PIXELS; column += 1) {
      if (bars[Math.floor(column / MODULE_PIXELS)] === '1') luma[row * WIDTH + margin + column] = 16;
    }
  }
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, chroma]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  await writeFile(file, Buffer.concat([head, frame, frame]));
}

/** `1` is dark. */
function barsOf(ean: string): string {
  const [first = 0, ...digits] = ean.split('').map(Number);
  const parity = PARITIES[first] ?? 'LGGLGL';
  const left = digits.slice(0, 6).map((digit, place) => written(digit, parity[place] === 'G'));
  const right = digits.slice(6).map((digit) => inverted(LEFT[digit] ?? ''));
  return `101${left.join('')}01010${right.join('')}101`;
}

function written(digit: number, isEven: boolean): string {
  const code = LEFT[digit] ?? '';
  return isEven ? inverted(code).split('').reverse().join('') : code;
}

function inverted(code: string): string {
  return code.replace(/[01]/g, (bit) => (bit === '1' ? '0' : '1'));
}
