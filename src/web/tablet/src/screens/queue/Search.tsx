// The search of the queue: one field, that a scanner may fill as well.
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';

export function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <search class="queue-search">
      <Icon name="search" />
      <input
        type="text"
        inputMode="search"
        enterkeyhint="search"
        autoComplete="off"
        aria-label={t('queue.searchLabel')}
        placeholder={t('queue.search')}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange('');
        }}
      />
      {value !== '' && (
        <Button look="quiet" icon="cross" label={t('queue.searchClear')} onClick={() => onChange('')} />
      )}
    </search>
  );
}
