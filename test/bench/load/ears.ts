// What the process that listens is asked for: both ends of the line share these words.
import path from 'node:path';
import { type Child, forkChild } from '../child.ts';

export type Crowd = {
  url: string;
  listeners: readonly { auth: object; subscription: object }[];
  /** Whether to note which event came when: for waits, not for thousands a second. */
  noted: boolean;
};

export type Noted = {
  heard: [id: string, at: number][];
  /** The monotonic clock plus this is the time of day, both in milliseconds. */
  epoch: number;
};

export type EarsContract = {
  /** Closes the crowd before, if there is one, and opens this one; resolves when all are subscribed. */
  open(crowd: Crowd): Promise<void>;
  /** Resolves when the crowd has heard so many messages in all; throws after ten seconds without. */
  heard(question: { messages: number }): Promise<void>;
  /** Messages so far. */
  count(question: null): Promise<number>;
  /** What was noted: an event's id, and when it was heard first, on the monotonic clock. */
  noted(question: null): Promise<Noted>;
  close(question: null): Promise<void>;
};

export type Ears = Child<EarsContract>;

export const startEars = () => forkChild<EarsContract>(path.join(import.meta.dirname, 'earsProcess.ts'));
