// Batch picking: `#/batch` chooses orders, `#/batch/rsv_…/rsv_…` is the walk for them. The walk is in the address, so
// that it outlives a reload.
import type { ScreenProps } from '../../app/screen.ts';
import { Choose } from './Choose.tsx';
import { Walk } from './Walk.tsx';
import '../pick/pick.css';
import './batch.css';

export function BatchScreen({ params }: ScreenProps) {
  const ids = params.filter((id) => id !== '');
  return (
    <div class="batch-screen" data-screen="batch">
      {ids.length === 0 ? <Choose /> : <Walk ids={ids} />}
    </div>
  );
}
