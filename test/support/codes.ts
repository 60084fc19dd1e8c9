// Reads the codes in a picture, with the decoder that the tablet's camera uses: what it finds on paper, scanners find.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/** The texts of all QR codes in a PNG. */
export async function codesIn(picture: Uint8Array): Promise<string[]> {
  const wasm = createRequire(path.join(import.meta.dirname, 'codes.ts')).resolve(
    'zxing-wasm/reader/zxing_reader.wasm',
  );
  await prepareZXingModule({
    overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer },
    fireImmediately: true,
  });
  const found = await readBarcodes(picture, { formats: ['QRCode'] });
  return found.map(({ text }) => text);
}
