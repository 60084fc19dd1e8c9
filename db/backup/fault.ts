// What can be wrong with a backup's file, in words.

/** It is no backup, or not the whole of one, or was altered. */
export class BadBackup extends Error {
  override readonly name = 'BadBackup';
}

export function cutOff(cause?: unknown): BadBackup {
  return new BadBackup('The file is cut off: it ends before its end.', { cause });
}

export function damaged(how: string, cause?: unknown): BadBackup {
  return new BadBackup(`The file was altered or damaged: ${how}.`, { cause });
}
