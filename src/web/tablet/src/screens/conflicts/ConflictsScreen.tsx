// Every action that the server refused, until somebody has seen it: nothing that a person did here is silently dropped.
import { conflicts, waiting } from '../../data/index.ts';
import { plural, t } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ConflictCard } from './ConflictCard.tsx';
import { grouped } from './refusals.ts';
import './conflicts.css';

export function ConflictsScreen() {
  const groups = grouped(conflicts.value);
  return (
    <div class="conflicts">
      <h1>{t('conflicts.title')}</h1>
      {waiting.value > 0 && (
        <p class="conflicts-waiting">
          <Icon name="sync" />
          {plural('conflicts.waiting', waiting.value)}
        </p>
      )}
      {groups.length === 0 ? (
        <EmptyState icon="check" text={t('conflicts.none')} />
      ) : (
        <>
          <p>{t('conflicts.explain')}</p>
          <ul class="conflicts-list">
            {groups.map(({ conflict, heldBack }) => (
              <li key={conflict.action.id}>
                <ConflictCard conflict={conflict} heldBack={heldBack} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
