// The camera's picture, and the codes that are read in it: for tablets without a scanner.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { type Camera, type CameraProblem, openCamera, problemOf } from './camera.ts';
import { isNewSight, NO_SIGHT } from './sights.ts';
import './camera.css';

/** Between two looks at the picture: fast enough for a hand, and the battery lasts the day. */
const LOOK_MILLISECONDS = 120;

type State = 'opening' | 'open' | CameraProblem;

/** Tells each code once while it stays in the picture. The camera is closed when this is no longer drawn. */
export function CameraScan({ onCode }: { onCode: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const camera = useRef<Camera | null>(null);
  const tell = useRef(onCode);
  tell.current = onCode;
  const state = useSignal<State>('opening');
  const isLit = useSignal(false);
  const hasTorch = useSignal(false);

  useEffect(() => {
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let sight = NO_SIGHT;
    const look = async (opened: Camera) => {
      const code = await opened.read().catch(() => null);
      if (!isWanted) return;
      const seen = isNewSight(sight, code, performance.now());
      sight = seen.sight;
      if (seen.isNew && code !== null) tell.current(code);
      timer = setTimeout(() => void look(opened), LOOK_MILLISECONDS);
    };
    const open = async (into: HTMLVideoElement) => {
      try {
        const opened = await openCamera(into);
        if (!isWanted) return opened.close();
        camera.current = opened;
        hasTorch.value = opened.hasTorch;
        state.value = 'open';
        await look(opened);
      } catch (error) {
        state.value = problemOf(error);
      }
    };
    if (video.current !== null) void open(video.current);
    return () => {
      isWanted = false;
      clearTimeout(timer);
      camera.current?.close();
    };
  }, []);

  const light = async () => {
    const isOn = !isLit.value;
    await camera.current?.setTorch(isOn).then(
      () => {
        isLit.value = isOn;
      },
      () => undefined,
    );
  };
  const { value } = state;
  const isBroken = value !== 'opening' && value !== 'open';
  return (
    <div class="camera">
      <div class="camera-picture" hidden={isBroken}>
        <video ref={video} muted playsInline aria-label={t('camera.picture')} data-camera={value} />
        <span class="camera-frame" aria-hidden="true" />
      </div>
      {value === 'opening' && <p role="status">{t('camera.opening')}</p>}
      {value === 'open' && <p class="camera-hint">{t('camera.hint')}</p>}
      {isBroken && (
        <p class="camera-problem" role="alert">
          <Icon name="alert" />
          {t(`camera.${value}`)}
        </p>
      )}
      {hasTorch.value && (
        <Button icon="light" pressed={isLit.value} onClick={() => void light()}>
          {t('camera.torch')}
        </Button>
      )}
    </div>
  );
}
