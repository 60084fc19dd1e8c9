// One refused action, whole: what it was, why it was refused, what others did meanwhile, what can be done now.
// Stands in the list of all of them and on the order that it is about.
import { useSignal } from '@preact/signals';
import { hrefTo } from '../../app/router.ts';
import { act, dismiss, items, order, shift } from '../../data/index.ts';
import type { Action, Conflict, HistoryEntry } from '../../data/model.ts';
import { dayTime, named, plural, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Badge, StatusBadge } from '../../ui/StatusBadge.tsx';
import { toast } from '../../ui/Toast.tsx';
import { shortName } from '../counter/findOrders.ts';
import { deedKey, historyKey, redoOf, refusalKey, unitsOf } from './refusals.ts';
import './conflicts.css';

export function ConflictCard({
  conflict,
  heldBack,
  isOnOrder = false,
}: {
  conflict: Conflict;
  heldBack: readonly Conflict[];
  /** Shown where its order is: then there is no way to it. */
  isOnOrder?: boolean;
}) {
  const { action, problem, meanwhile } = conflict;
  const about = order(action.subject);
  return (
    <Card tone="bad">
      <div class="conflict" data-conflict={action.id}>
        <header class="conflict-head">
          <StatusBadge state="conflict" />
          <h2>{deedOf(action)}</h2>
          {!isOnOrder && <p class="conflict-about">{aboutOf(action)}</p>}
          <p class="conflict-soft">{doneAt(action)}</p>
        </header>
        <section class="conflict-part">
          <h3>{t('conflicts.why')}</h3>
          <p>{whyOf(conflict)}</p>
          {refusalKey(problem) !== null && problem.detail !== '' && (
            <details class="conflict-detail">
              <summary>{t('conflicts.detail')}</summary>
              <p>{problem.detail}</p>
            </details>
          )}
        </section>
        <section class="conflict-part">
          <h3>{t('conflicts.meanwhile')}</h3>
          <Meanwhile entries={meanwhile} />
          {about !== null && (
            <p class="conflict-now">
              {t('conflicts.now')} <StatusBadge state={about.status} />
            </p>
          )}
        </section>
        {heldBack.length > 0 && <HeldBack conflicts={heldBack} />}
        <Remedies conflict={conflict} isOnOrder={isOnOrder || about === null} />
      </div>
    </Card>
  );
}

function Meanwhile({ entries }: { entries: readonly HistoryEntry[] }) {
  if (entries.length === 0) return <p class="conflict-soft">{t('conflicts.nothingMeanwhile')}</p>;
  return (
    <ol class="conflict-history">
      {entries.map((entry) => {
        const key = historyKey(entry);
        return (
          <li key={entry.version}>
            <strong>{key === null ? entry.type : t(key)}</strong>
            <span class="conflict-soft">
              {t('conflicts.entry', { time: dayTime(entry.at), by: entry.by })}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** What came after it and was never sent: in its order, since it may have to be done again in it. */
function HeldBack({ conflicts }: { conflicts: readonly Conflict[] }) {
  return (
    <section class="conflict-part">
      <h3>{plural('conflicts.heldBack', conflicts.length)}</h3>
      <ul class="conflict-history">
        {conflicts.map(({ action }) => (
          <li key={action.id}>
            <strong>{deedOf(action)}</strong>
            <span class="conflict-soft">{doneAt(action)}</span>
            <Badge tone="warn" icon="sync" text={t('conflicts.notSent')} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Remedies({ conflict, isOnOrder }: { conflict: Conflict; isOnOrder: boolean }) {
  const isBusy = useSignal(false);
  const redo = redoOf(conflict);
  const again = async () => {
    if (redo === null || isBusy.value) return;
    isBusy.value = true;
    // Kept anew before the old one goes: a page that ends between them shows it twice rather than never.
    await act(redo);
    await dismiss(conflict.action.id);
    toast(t('conflicts.redone'));
  };
  return (
    <div class="conflict-actions">
      {!isOnOrder && (
        <ButtonLink href={hrefTo('counter', conflict.action.subject)} icon="arrow">
          {t('conflicts.open')}
        </ButtonLink>
      )}
      {redo !== null && (
        <Button icon="sync" disabled={isBusy.value} onClick={() => void again()}>
          {t(redo.kind === 'start' && redo.body.takeOver === true ? 'conflicts.takeOver' : 'conflicts.redo')}
        </Button>
      )}
      <Button icon="check" onClick={() => void dismiss(conflict.action.id)}>
        {t('conflicts.dismiss')}
      </Button>
    </div>
  );
}

function whyOf({ problem }: Conflict): string {
  const key = refusalKey(problem);
  return key === null ? problem.detail || problem.title : t(key);
}

/** `Hand-over · 2 items` */
function deedOf(action: Action): string {
  const units = unitsOf(action);
  return units === null ? t(deedKey(action)) : `${t(deedKey(action))} · ${plural('unit.units', units)}`;
}

function aboutOf({ kind, subject, body }: Action): string {
  const about = order(subject);
  if (about !== null) {
    return [about.orderReference, shortName(about)].filter((part) => part !== null).join(' · ') || subject;
  }
  if (kind !== 'count') return kind === 'sell' ? body.confirm.orderReference : subject;
  const item = items.value.get(body.sku);
  return item === undefined ? body.sku : `${named(item.name)} · ${body.sku}`;
}

/** Whoever works with the tablet did it, where they did so at the time. */
function doneAt({ at }: Action): string {
  const time = dayTime(at);
  const now = shift.value;
  return now !== null && now.startedAt <= at
    ? t('conflicts.done', { time, name: now.name })
    : t('conflicts.doneBy', { time });
}
