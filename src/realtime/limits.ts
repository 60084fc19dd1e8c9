// The bounds of the live namespace. Each keeps memory or work bounded whatever clients do.

export type Limits = {
  /** Sockets of this process. */
  sockets: number;
  /** Sockets of one key: a server has a few, a tablet that changes networks leaves some half-open for 45 s. */
  socketsPerKey: number;
  /** Tries to get in over one connection: each is a look at the keys. A client makes one. */
  connectsPerConnection: number;
  /** A message from a client. */
  messageBytes: number;
  /** Subscriptions that one socket may ask for in a minute. */
  subscribesPerMinute: number;
  /**
   * What may wait in memory for one socket. A client that reads too slowly to stay below is served from the database,
   * at its own pace, until it has caught up. As much again may be on its way, and one letter (letter.ts).
   */
  backlogBytes: number;
  /** Rows a page while catching up. */
  pageRows: number;
  /** Events kept in memory for a socket on its last stretch, while the page before them is read. */
  heldEvents: number;
  /** Sockets that read the database at the same time: after a restart all come at once. */
  catchUps: number;
  /** How often a quiet socket is told where it stands. */
  cursorMilliseconds: number;
};

export const LIMITS: Limits = {
  sockets: 5_000,
  socketsPerKey: 100,
  connectsPerConnection: 5,
  messageBytes: 65_536,
  subscribesPerMinute: 60,
  backlogBytes: 262_144,
  pageRows: 500,
  heldEvents: 2_000,
  catchUps: 4,
  cursorMilliseconds: 60_000,
};

/** For lists in a subscription. */
export const SUBSCRIPTION = { locations: 500, skus: 1_000, types: 50 } as const;
