// A button that opens the camera as a scanner: what it reads goes where a scanner's codes go. For any screen.
import { useSignal } from '@preact/signals';
import { t } from '../i18n/index.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { CameraScan } from './CameraScan.tsx';
import { tellScan } from './scans.ts';

/** `isRepeated`: it stays open for the next code, as for units that are scanned one by one. */
export function CameraButton({ isRepeated = false }: { isRepeated?: boolean }) {
  const isOpen = useSignal(false);
  const close = () => {
    isOpen.value = false;
  };
  const hear = (code: string) => {
    if (!isRepeated) close();
    tellScan(code);
  };
  return (
    <>
      <Button
        icon="camera"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {t('camera.open')}
      </Button>
      {isOpen.value && (
        <Dialog
          title={t('camera.title')}
          onClose={close}
          actions={<Button onClick={close}>{t('action.close')}</Button>}
        >
          <CameraScan onCode={hear} />
        </Dialog>
      )}
    </>
  );
}
