// Items as rows: found by sku, listed and searched, written set-based. Decides nothing.

import type { ItemDescription, ItemHead, ItemName, ItemRecord, Price } from '../domain/item.ts';
import { searchTerms } from '../domain/itemSearch.ts';
import type { Tx } from './transaction.ts';

type ItemRow = {
  id: number;
  sku: string;
  name: ItemName;
  barcodes: string[];
  image_url: string | null;
  price: Price | null;
  category: string | null;
  attributes: Record<string, unknown>;
  version: number;
  created_at: Date;
  updated_at: Date;
};

/** What is written of an item; `at` is when it is written. */
export type ItemWrite = ItemDescription & { sku: string; version: number; at: Date };

const COLUMNS =
  'i.id, i.sku, i.name, i.barcodes, i.image_url, i.price, i.category, i.attributes, i.version, i.created_at, i.updated_at';

export async function findItem(tx: Tx, sku: string): Promise<ItemRecord | null> {
  const [item] = await findItems(tx, [sku]);
  return item ?? null;
}

/** In no particular order; a sku that is unknown is not among them. */
export async function findItems(tx: Tx, skus: readonly string[]): Promise<ItemRecord[]> {
  const rows = await tx.run<ItemRow>(
    'items.find',
    `SELECT ${COLUMNS} FROM items i WHERE i.sku = ANY ($1::text[])`,
    [skus],
  );
  return rows.map(itemFromRow);
}

/** The little of each item that stock decisions need. A sku that is unknown is not among them. */
export async function findItemHeads(tx: Tx, skus: readonly string[]): Promise<ItemHead[]> {
  return tx.run<ItemHead>(
    'items.find_heads',
    'SELECT id, sku, category, version FROM items WHERE sku = ANY ($1::text[])',
    [skus],
  );
}

/** By sku, byte by byte, after `after`. `search` is a tsquery (src/domain/itemSearch.ts); null: every item, as for `skus`. */
export async function listItems(
  tx: Tx,
  page: { search: string | null; skus: readonly string[] | null; after: string | null; limit: number },
): Promise<ItemRecord[]> {
  const rows = await tx.run<ItemRow>(
    'items.list',
    `SELECT ${COLUMNS} FROM items i
     WHERE ($1::text IS NULL OR i.search_terms @@ $1::text::tsquery)
       AND ($2::text IS NULL OR i.sku > $2::text) AND ($4::text[] IS NULL OR i.sku = ANY ($4::text[]))
     ORDER BY i.sku LIMIT $3::int`,
    [page.search, page.after, page.limit, page.skus],
  );
  return rows.map(itemFromRow);
}

/**
 * Locks the items that exist, in sku order, until the transaction ends, so that two batches that share items queue
 * up. FOR NO KEY UPDATE: the sku never changes, so levels that refer to the item may be written meanwhile.
 */
export async function lockItems(tx: Tx, skus: readonly string[]): Promise<ItemRecord[]> {
  const rows = await tx.run<ItemRow>(
    'items.lock',
    `SELECT ${COLUMNS} FROM items i WHERE i.sku = ANY ($1::text[]) ORDER BY i.sku FOR NO KEY UPDATE`,
    [skus],
  );
  return rows.map(itemFromRow);
}

// One JSON parameter rather than an array for each column: barcodes are an array within each row.
const WRITES = `jsonb_to_recordset($1::jsonb) AS w (sku text, name jsonb, barcodes text[], image_url text, price jsonb,
  category text, attributes jsonb, terms text[], version int, at timestamptz)`;

/** Adds items, in sku order. One whose sku another transaction has just added is not among those returned. */
export async function insertItems(tx: Tx, items: readonly ItemWrite[]): Promise<ItemRecord[]> {
  const rows = await tx.run<ItemRow>(
    'items.insert',
    `INSERT INTO items AS i (sku, name, barcodes, image_url, price, category, attributes, search_terms, version,
                             created_at, updated_at)
     SELECT w.sku, w.name, w.barcodes, w.image_url, w.price, w.category, w.attributes, array_to_tsvector(w.terms),
            w.version, w.at, w.at
     FROM ${WRITES}
     ORDER BY w.sku COLLATE "C"
     ON CONFLICT ON CONSTRAINT items_sku_key DO NOTHING
     RETURNING ${COLUMNS}`,
    [JSON.stringify(items.map(writeOf))],
  );
  return rows.map(itemFromRow);
}

/** Overwrites items that this transaction has locked. */
export async function updateItems(tx: Tx, items: readonly ItemWrite[]): Promise<ItemRecord[]> {
  const rows = await tx.run<ItemRow>(
    'items.update',
    `UPDATE items i
     SET name = w.name, barcodes = w.barcodes, image_url = w.image_url, price = w.price, category = w.category,
         attributes = w.attributes, search_terms = array_to_tsvector(w.terms), version = w.version, updated_at = w.at
     FROM ${WRITES}
     WHERE i.sku = w.sku
     RETURNING ${COLUMNS}`,
    [JSON.stringify(items.map(writeOf))],
  );
  return rows.map(itemFromRow);
}

function writeOf(item: ItemWrite): object {
  return {
    sku: item.sku,
    name: item.name,
    barcodes: item.barcodes,
    image_url: item.imageUrl,
    price: item.price,
    category: item.category,
    attributes: item.attributes,
    terms: searchTerms(item.sku, item),
    version: item.version,
    at: item.at,
  };
}

function itemFromRow(row: ItemRow): ItemRecord {
  return {
    id: row.id,
    sku: row.sku,
    name: row.name,
    barcodes: row.barcodes,
    imageUrl: row.image_url,
    price: row.price,
    category: row.category,
    attributes: row.attributes,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
