// An amount as it is written in the tablet's language.
import { settings } from '../../app/settings.ts';
import { LOCALES } from '../../i18n/words.ts';

export function money({ amount, currency }: { amount: number; currency: string }): string {
  return new Intl.NumberFormat(LOCALES[settings.value.language], { style: 'currency', currency }).format(
    amount,
  );
}
