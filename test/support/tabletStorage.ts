// What a tablet's page keeps in the browser's database: read and written behind its back, by tests that ask what outlives
// the page, or begin with what an earlier page left there.
import type { Page } from 'playwright-core';

type Store = 'kept' | 'orders' | 'items' | 'levels' | 'actions';

/** All rows of a store. */
export function keptIn<Row = Record<string, unknown>>(page: Page, store: Store): Promise<Row[]> {
  return inStore(page, store, 'readonly', 'getAll()');
}

/** One of the single values: `cursor`, `shift`. */
export function keptValue<Value>(page: Page, key: string): Promise<Value> {
  return inStore(page, 'kept', 'readonly', `get(${JSON.stringify(key)})`);
}

/** Puts a row there; a single value needs its key. */
export async function keepIn(page: Page, store: Store, row: unknown, key?: string): Promise<void> {
  const given = key === undefined ? [row] : [row, key];
  await inStore(page, store, 'readwrite', `put(${given.map((one) => JSON.stringify(one)).join(', ')})`);
}

function inStore<Value>(page: Page, store: Store, mode: string, request: string): Promise<Value> {
  return page.evaluate<Value>(`(async () => {
    const answered = (asked) => new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    const db = await answered(indexedDB.open('comptoir-tablet'));
    try {
      return await answered(db.transaction('${store}', '${mode}').objectStore('${store}').${request});
    } finally {
      db.close();
    }
  })()`);
}
