// The socket: tells what happens as it happens, after all that was missed. Whether there is one is what `online` means.
// Knows nothing of orders.
import { io, type Socket } from 'socket.io-client';
import type { FeedEvent } from './model.ts';
import { isRecord } from './requests.ts';

export type LiveOptions = {
  token: () => string | null;
  /** Where the last session ended. */
  cursor: () => string | null;
  onEvent(event: FeedEvent): void;
  /** Nothing up to here is missing. */
  onCursor(cursor: string): void;
  /** Too much was missed: what is known is to be read anew. */
  onReset(): void;
  onOnline(isOnline: boolean): void;
  /** The server hung up on us by name: our key may be gone. */
  onDismissed(): void;
};

export type Live = {
  /** The network seems to be away. */
  suspect(): void;
  close(): void;
};

const AGAIN_MILLISECONDS = 2_000;

export function openLive(options: LiveOptions): Live {
  const socket = io('/live', {
    // Asked for at every connection: the cursor moves on.
    auth: (give) => give({ token: options.token(), after: options.cursor() }),
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  socket.on('event', options.onEvent);
  socket.on('ready', ({ cursor }: { cursor: string }) => {
    options.onCursor(cursor);
    options.onOnline(true);
  });
  socket.on('cursor', ({ cursor }: { cursor: string }) => options.onCursor(cursor));
  socket.on('reset', options.onReset);
  socket.on('disconnect', (reason) => {
    options.onOnline(false);
    if (reason === 'io server disconnect') {
      options.onDismissed();
      again();
    }
  });
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    options.onOnline(false);
    const code = isRecord(error.data) ? error.data.code : undefined;
    if (code === 'unauthorized') options.onDismissed();
    else if (code === 'invalid-cursor') options.onReset();
    // Socket.IO leaves a refusal at that.
    if (!socket.active) again();
  });
  const away = () => {
    options.onOnline(false);
    hangUp(socket);
  };
  const back = () => {
    if (!socket.connected) socket.disconnect().connect();
  };
  addEventListener('offline', away);
  addEventListener('online', back);

  function again(): void {
    // Whoever heard of the refusal may have closed this one for another: it would come back with nobody listening.
    if (isClosed) return;
    clearTimeout(timer);
    timer = setTimeout(() => socket.connect(), AGAIN_MILLISECONDS);
  }

  return {
    suspect: () => hangUp(socket),
    close() {
      isClosed = true;
      clearTimeout(timer);
      removeEventListener('offline', away);
      removeEventListener('online', back);
      socket.off();
      socket.disconnect();
    },
  };
}

/** A network that is gone says nothing: without this the socket would believe in it for 45 seconds. */
function hangUp(socket: Socket): void {
  if (socket.connected) socket.io.engine.close();
}
