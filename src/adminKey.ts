// The first key on a machine of one's own: made once, kept beside the embedded database, readable by its owner only.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeSecret } from './domain/key.ts';

const FILE = 'admin-key';

export type AdminKey = { secret: string; file: string };

/** The key in the data directory, made when there is none. Throws when the directory cannot be read or written. */
export async function adminKeyIn(dataDir: string): Promise<AdminKey> {
  const file = path.join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true });
  try {
    // Fails when the file is there already: whoever made it first, its key is the one.
    await writeFile(file, `${makeSecret('secret', randomBytes(32))}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!isFileThere(error)) throw error;
  }
  const secret = (await readFile(file, 'utf8')).trim();
  if (secret === '') throw new Error(`${file} is empty: remove it, and the next start makes a new key.`);
  return { secret, file };
}

/** The same for who only calls the API: null when there is none, or it is not theirs to read. */
export async function findAdminKey(dataDir: string): Promise<string | null> {
  const text = await readFile(path.join(dataDir, FILE), 'utf8').catch(() => '');
  return text.trim() || null;
}

function isFileThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
