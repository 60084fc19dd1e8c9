// Starts the tablet: settings, what is kept here, then pairing, the shift or the screens.
import { render } from 'preact';
import './ui/theme.css';
import './ui/components.css';
import './app/shell.css';
import { startRouter } from './app/router.ts';
import { Shell } from './app/Shell.tsx';
import { applySettings } from './app/settings.ts';
import { registerWorker } from './app/worker.ts';
import { device, shift, startEngine } from './data/index.ts';
import { t } from './i18n/index.ts';
import { PairingScreen } from './screens/pairing/PairingScreen.tsx';
import { ShiftScreen } from './screens/shift/ShiftScreen.tsx';
import { Button } from './ui/Button.tsx';
import { EmptyState } from './ui/EmptyState.tsx';

function App() {
  if (device.value === null) return <PairingScreen />;
  if (shift.value === null) return <ShiftScreen device={device.value} />;
  return <Shell />;
}

/** A tablet that keeps nothing would lose what is done with it: it says so, and does nothing else. */
function NothingKept() {
  return (
    <main class="start" data-screen="nothing-kept">
      <EmptyState isPage icon="alert" text={t('start.nothingKept')}>
        <Button icon="sync" onClick={() => location.reload()}>
          {t('action.retry')}
        </Button>
      </EmptyState>
    </main>
  );
}

async function main(): Promise<void> {
  const place = document.getElementById('app');
  if (place === null) throw new Error('The page has no place for the app');
  applySettings();
  startRouter();
  const isStarted = await startEngine().then(
    () => true,
    (error: unknown) => {
      console.error(error);
      return false;
    },
  );
  render(isStarted ? <App /> : <NothingKept />, place);
  await registerWorker();
}

void main();
