// The start of a shift: one tap, which is also what a browser asks for before it makes a sound. Where the store has a
// list of its people one chooses oneself and types a PIN; where it has none, a name is enough.
import { useEffect, useState } from 'preact/hooks';
import { unlockSound } from '../../app/sound.ts';
import { read } from '../../data/index.ts';
import type { Device, Staff } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { ByName } from './ByName.tsx';
import { ByPin } from './ByPin.tsx';
import './shift.css';

export function ShiftScreen({ device }: { device: Device }) {
  const staff = useStaff(device);
  const [who, choose] = useState<Staff | null>(null);
  return (
    <main class="start" data-screen="shift">
      <h1>{t('shift.title')}</h1>
      <p class="shift-place">
        <Icon name="pin" />
        {t('shift.at', { location: device.location.name, device: device.name })}
      </p>
      {staff !== null && staff.length > 0 ? (
        <People staff={staff} who={who} onChoose={choose} />
      ) : (
        <ByName isOffline={staff === null} fallback={device.name} />
      )}
      <p class="shift-explain">
        <Icon name="sound" />
        {t('shift.explain')}
      </p>
    </main>
  );
}

function People({
  staff,
  who,
  onChoose,
}: {
  staff: readonly Staff[];
  who: Staff | null;
  onChoose: (who: Staff | null) => void;
}) {
  if (who !== null) return <ByPin key={who.id} staff={who} onBack={() => onChoose(null)} />;
  return (
    <fieldset class="people">
      <legend>{t('shift.who')}</legend>
      {staff.map((person) => (
        <button
          key={person.id}
          type="button"
          class="button person"
          onClick={() => {
            unlockSound();
            onChoose(person);
          }}
        >
          <Icon name="user" />
          {person.name}
        </button>
      ))}
    </fieldset>
  );
}

/** The people of the store; null: not known, because there is no network or the answer has not come yet. */
function useStaff(device: Device): readonly Staff[] | null {
  const [staff, setStaff] = useState<readonly Staff[] | null>(null);
  useEffect(() => {
    let isWanted = true;
    read<{ data: Staff[] }>('/v1/staff?limit=200').then(
      (answer) => isWanted && answer.ok && setStaff(answer.value.data),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [device.id]);
  return staff;
}
