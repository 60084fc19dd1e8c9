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
import { Toasts, toast } from './ui/Toast.tsx';

function App() {
  if (device.value !== null && shift.value !== null) return <Shell />;
  return (
    <>
      {device.value === null ? <PairingScreen /> : <ShiftScreen device={device.value} />}
      <Toasts />
    </>
  );
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

/** A browser that could not keep what was done (no room, say): whoever did it must not believe that it is done. */
function tellOfFailures(): void {
  addEventListener('unhandledrejection', () => toast(t('banner.failed'), 'bad'));
}

async function main(): Promise<void> {
  const place = document.getElementById('app');
  if (place === null) throw new Error('The page has no place for the app');
  applySettings();
  startRouter();
  tellOfFailures();
  const isStarted = await startEngine().then(
    () => true,
    (error: unknown) => {
      console.error(error);
      return false;
    },
  );
  render(isStarted ? <App /> : <NothingKept />, place);
  // Without it all works but what needs no network; nobody at the tablet can do anything about it.
  await registerWorker().catch(console.error);
}

void main();
