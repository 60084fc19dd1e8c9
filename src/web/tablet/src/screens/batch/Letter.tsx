// The letter of a bag: the same shape everywhere, so that the eye finds it on the trolley.
import { t } from '../../i18n/index.ts';

export function Letter({ letter, isSmall }: { letter: string; isSmall?: boolean }) {
  return (
    <span class="letter" data-small={isSmall ? '' : undefined}>
      <span class="visually-hidden">{t('batch.bag', { letter })}</span>
      <span aria-hidden="true">{letter}</span>
    </span>
  );
}
