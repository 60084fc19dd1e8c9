// The start of a shift: one tap, which is also what a browser asks for before it makes a sound. Where the store has a
// list of its people one chooses oneself and types a PIN; where it has none, or no network to check it, a name is enough.
import { useEffect, useState } from 'preact/hooks';
import { unlockSound } from '../../app/sound.ts';
import { online, read } from '../../data/index.ts';
import type { Device, Staff } from '../../data/model.ts';
import { t } from '../../i18n/index.ts';
import { Icon } from '../../ui/Icon.tsx';
import { ByName } from './ByName.tsx';
import { ByPin } from './ByPin.tsx';
import './shift.css';

export function ShiftScreen({ device }: { device: Device }) {
  const { staff, ask } = useStaff(device);
  const [who, choose] = useState<Staff | null>(null);
  const [isByName, setByName] = useState(false);
  const askForPin = async () => {
    await ask();
    setByName(false);
  };
  return (
    <main class="start" data-screen="shift">
      <h1>{t('shift.title')}</h1>
      <p class="shift-place">
        <Icon name="pin" />
        {t('shift.at', { location: device.location.name, device: device.name })}
      </p>
      {staff !== null && staff.length > 0 && !isByName ? (
        <People staff={staff} who={who} onChoose={choose} onByName={() => setByName(true)} />
      ) : (
        <ByName
          isOffline={staff === null || isByName}
          said={who?.name ?? ''}
          fallback={device.name}
          onPinRequired={askForPin}
        />
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
  onByName,
}: {
  staff: readonly Staff[];
  who: Staff | null;
  onChoose: (who: Staff | null) => void;
  onByName: () => void;
}) {
  if (who !== null) {
    return <ByPin key={who.id} staff={who} onBack={() => onChoose(null)} onByName={onByName} />;
  }
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

/** The people of the store; null: not known, because there is no network or no answer has come. `ask` asks again. */
function useStaff(device: Device): { staff: readonly Staff[] | null; ask: () => Promise<void> } {
  const [staff, setStaff] = useState<readonly Staff[] | null>(null);
  const ask = async () => {
    const answer = await read<{ data: Staff[] }>('/v1/staff?limit=200');
    if (answer.ok) setStaff(answer.value.data);
  };
  // A tablet that is switched on is often sooner than its network.
  const isOnline = online.value;
  useEffect(() => {
    void ask();
  }, [device.id, isOnline]);
  return { staff, ask };
}
