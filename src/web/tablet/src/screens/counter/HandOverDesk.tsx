// A ready order with its customer in front of it: the bag on one side, the checks on the other, one big button.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { hrefTo } from '../../app/router.ts';
import { items, now, online } from '../../data/index.ts';
import { plural, t } from '../../i18n/index.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { HandOverLines } from './HandOverLines.tsx';
import { amountOf, chosenUnits, isDue, stepsLeft, sum, unitsOut } from './handOver.ts';
import { money } from './money.ts';
import { ProofPanel, ProofSwitch } from './ProofPanel.tsx';
import { RefuseDialog } from './RefuseDialog.tsx';
import { lockOf } from './state.ts';
import { Tick } from './Tick.tsx';
import { isUnanswered, Unanswered } from './Unanswered.tsx';
import { type Desk, isOnlineOnly } from './useDesk.ts';

export function HandOverDesk({ desk, head }: { desk: Desk; head: ComponentChildren }) {
  const { order, part, units, paid, isBusy } = desk;
  const isRefusing = useSignal(false);
  return (
    <div class="hand-over">
      <section class="hand-over-bag" aria-labelledby="bag-title">
        {head}
        <div class="hand-over-title">
          <h2 id="bag-title">{t('counter.orderLines')}</h2>
          <Button
            pressed={part.value}
            disabled={isBusy}
            onClick={() => {
              part.value = !part.value;
              paid.value = false;
            }}
          >
            {t('counter.part')}
          </Button>
        </div>
        <HandOverLines
          order={order}
          units={units.value}
          isPart={part.value && !isBusy}
          onChange={(sku, chosen) => {
            units.value = { ...units.value, [sku]: chosen };
            // What was ticked was another amount.
            paid.value = false;
          }}
        />
      </section>
      <section class="hand-over-checks" aria-labelledby="checks-title">
        <h2 id="checks-title" class="visually-hidden">
          {t('counter.steps')}
        </h2>
        <ProofPanel desk={desk} />
        <Ticks desk={desk} />
        <Send desk={desk} />
        <div class="desk-more">
          <ProofSwitch desk={desk} />
          {order.deliverTo === null && (
            <Button
              icon="cross"
              disabled={isBusy}
              onClick={() => {
                isRefusing.value = true;
              }}
            >
              {t('counter.refuse')}
            </Button>
          )}
          {order.lines.some((line) => unitsOut(line) > 0) && (
            <ButtonLink href={hrefTo('counter', order.id, 'return')} icon="putBack">
              {t('counter.return')}
            </ButtonLink>
          )}
        </div>
      </section>
      {isRefusing.value && (
        <RefuseDialog
          onClose={() => {
            isRefusing.value = false;
          }}
          onRefuse={(reason) => {
            isRefusing.value = false;
            void desk.refuse(reason);
          }}
        />
      )}
    </div>
  );
}

function Ticks({ desk: { order, form, proof, identity, paid, isBusy } }: { desk: Desk }) {
  const name = order.customer?.name;
  // Of what leaves now: the rest is asked for when it is fetched.
  const amount = amountOf(chosenUnits(order, form.units), items.value);
  return (
    <div class="desk-ticks">
      {proof.value.by !== 'dispatch' && (
        <Tick
          label={name === undefined ? t('counter.identityNoName') : t('counter.identity', { name })}
          value={identity.value}
          disabled={isBusy}
          onChange={(value) => {
            identity.value = value;
          }}
        />
      )}
      {isDue(order) && (
        <Tick
          label={amount === null ? t('counter.paidNoAmount') : t('counter.paid', { amount: money(amount) })}
          value={paid.value}
          disabled={isBusy}
          onChange={(value) => {
            paid.value = value;
          }}
        />
      )}
    </div>
  );
}

/** The one main button, and in words what it still waits for. */
function Send({ desk }: { desk: Desk }) {
  const { order, form, isBusy } = desk;
  const steps = stepsLeft(order, form);
  const isForbidden = !online.value && isOnlineOnly();
  const isLocked = form.proof.by === 'code' && lockOf(order.id, now.value) !== null;
  const units = sum(chosenUnits(order, form.units));
  return (
    <div class="desk-send">
      {isUnanswered(order) || (isBusy && isForbidden) ? (
        <Unanswered />
      ) : (
        !online.value && (
          <p class="desk-send-note" data-tone={isForbidden ? 'bad' : 'warn'}>
            <Icon name="cloudOff" />
            {t(isForbidden ? 'counter.offlineForbidden' : 'counter.offlineAllowed')}
          </p>
        )
      )}
      <Button
        id="hand-over"
        look="main"
        icon={order.deliverTo === null ? 'bag' : 'truck'}
        wide
        disabled={isBusy || steps.length > 0 || isForbidden || isLocked}
        onClick={() => void desk.handOver()}
      >
        {isBusy
          ? t('counter.checking')
          : order.deliverTo !== null
            ? t('counter.dispatch.button')
            : plural('counter.handOverUnits', units)}
      </Button>
      <p class="desk-soft" role="status">
        {steps.length > 0 &&
          t('counter.stillToDo', { steps: steps.map((step) => t(`counter.step.${step}`)).join(', ') })}
      </p>
    </div>
  );
}
