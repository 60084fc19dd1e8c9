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
import { PairingScreen } from './screens/pairing/PairingScreen.tsx';
import { ShiftScreen } from './screens/shift/ShiftScreen.tsx';

function App() {
  if (device.value === null) return <PairingScreen />;
  if (shift.value === null) return <ShiftScreen device={device.value} />;
  return <Shell />;
}

async function main(): Promise<void> {
  const place = document.getElementById('app');
  if (place === null) throw new Error('The page has no place for the app');
  applySettings();
  startRouter();
  await startEngine();
  render(<App />, place);
  await registerWorker();
}

void main();
