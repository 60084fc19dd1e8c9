// The camera and what reads codes in its picture. Both are loaded when somebody first opens it: the decoder is a
// megabyte of WebAssembly, served by Comptoir itself.
import type { BarcodeDetector } from 'barcode-detector/ponyfill';

/** What articles, bags and customers' telephones carry: fewer formats are found faster, and nothing is misread. */
const FORMATS = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'code_39', 'itf', 'qr_code'] as const;

export type CameraProblem = 'insecure' | 'refused' | 'none' | 'failed';

export type Camera = {
  /** The first code in the picture as it is now; null where there is none. */
  read(): Promise<string | null>;
  /** Whether it has a lamp. */
  hasTorch: boolean;
  setTorch(isOn: boolean): Promise<void>;
  close(): void;
};

let loading: Promise<BarcodeDetector> | null = null;

/** Shows the camera at the back in `video`. Rejects where there is none: see `problemOf`. */
export async function openCamera(video: HTMLVideoElement): Promise<Camera> {
  // Browsers give a camera to pages from https or from the machine itself only.
  if (navigator.mediaDevices === undefined) throw new DOMException('', 'SecurityError');
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  try {
    video.srcObject = stream;
    await video.play();
    const detector = await decoder();
    const [track] = stream.getVideoTracks();
    return {
      async read() {
        if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
        const [found] = await detector.detect(video);
        return found?.rawValue ?? null;
      },
      hasTorch: track !== undefined && hasTorch(track),
      setTorch: async (isOn) => {
        // A lamp is an extension of the standard that the type does not know.
        const lamp: MediaTrackConstraintSet & { torch: boolean } = { torch: isOn };
        await track?.applyConstraints({ advanced: [lamp] });
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** What a failure to open it means to whoever holds the tablet. */
export function problemOf(error: unknown): CameraProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'SecurityError') return 'insecure';
  if (name === 'NotAllowedError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return 'failed';
}

/** One for the whole page; after a failure (no network) the next call tries again. */
function decoder(): Promise<BarcodeDetector> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<BarcodeDetector> {
  const [ponyfill, { default: wasm }] = await Promise.all([
    import('barcode-detector/ponyfill'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ]);
  // Without this it would be fetched from somebody else's server.
  await ponyfill.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return new ponyfill.BarcodeDetector({ formats: [...FORMATS] });
}

function hasTorch(track: MediaStreamTrack): boolean {
  return 'getCapabilities' in track && 'torch' in track.getCapabilities();
}
