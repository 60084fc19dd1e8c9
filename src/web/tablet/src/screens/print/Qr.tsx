// A QR code as a drawing of its own: sharp on every printer. What draws it is loaded when it is first needed.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { qrPath } from './sheet.ts';

/** Squares around it that stay empty, or scanners do not find it. */
const QUIET = 4;

type Drawn = { size: number; path: string };

export function Qr({ text, label, onDrawn }: { text: string; label: string; onDrawn?: () => void }) {
  const drawn = useSignal<Drawn | 'failed' | null>(null);
  useEffect(() => {
    let isWanted = true;
    draw(text).then(
      (done) => {
        if (isWanted) drawn.value = done;
      },
      () => {
        if (isWanted) drawn.value = 'failed';
      },
    );
    return () => {
      isWanted = false;
    };
  }, [text]);
  useEffect(() => {
    if (drawn.value !== null) onDrawn?.();
  }, [drawn.value]);
  if (drawn.value === null) return <div class="qr" aria-hidden="true" />;
  if (drawn.value === 'failed') return <p class="qr">{t('print.needsNetwork')}</p>;
  const { size, path } = drawn.value;
  return (
    <svg
      class="qr"
      role="img"
      aria-label={label}
      data-qr={text}
      viewBox={`${-QUIET} ${-QUIET} ${size + 2 * QUIET} ${size + 2 * QUIET}`}
      shape-rendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}

async function draw(text: string): Promise<Drawn> {
  const { default: qrcode } = await import('qrcode');
  // M: a crumpled label is still read; higher levels make squares that a thermal printer cannot draw.
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'M' });
  return { size: modules.size, path: qrPath(modules.size, (row, column) => modules.get(row, column) === 1) };
}
