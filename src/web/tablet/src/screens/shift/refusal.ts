// Why a shift could not start, in words.
import type { ProblemDocument } from '../../data/model.ts';
import { clockTime, plural, t } from '../../i18n/index.ts';

export function wordsFor({ code, status, triesLeft, lockedUntil }: ProblemDocument): string {
  if (typeof lockedUntil === 'string') return t('shift.locked', { time: clockTime(lockedUntil) });
  if (code === 'wrong-pin') {
    return typeof triesLeft === 'number' ? plural('shift.wrongPin', triesLeft) : t('shift.wrong');
  }
  return t(status === 0 ? 'shift.noNetwork' : 'shift.refused');
}
