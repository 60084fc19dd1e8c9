// Owns how one family of products (coffee tables, dinner plates) becomes its items: sku, both names, price.
// Must not know which families there are. French adjectives agree here and nowhere else.

import type { DemoItem } from '../retailer.ts';

/** Masculine or feminine, singular or plural. */
export type Agreement = 'ms' | 'fs' | 'mp' | 'fp';

/** How fast it leaves the shelf: furniture `slow`, small things `quick`. */
export type Turnover = 'slow' | 'steady' | 'quick';

export type Material = { code: string; fr: string; en: string; agrees: Agreement; priceFactor: number };

export type Colour = { code: string; fr: Record<Agreement, string>; en: string };

/** What is said right beside the noun: `2 places`, a scent. */
export type Model = { code: string; fr: string; en: string; priceFactor: number };

/** What is said at the end: a length, a content, a number of pieces. */
export type Size = { code: string; fr: string; en: string; priceFactor: number };

/** Each combination of the models, materials, colours and sizes named is one item. */
export type Family = {
  /** Capitalised, with its fixed adjectives already in agreement: `Table basse`. */
  fr: string;
  /** In lower case: `coffee table`. */
  en: string;
  /** An English adjective that goes before colour and material: `round`. */
  enFirst?: string;
  agrees: Agreement;
  category: string;
  turnover: Turnover;
  /** Euros, for a factor of 1. */
  price: number;
  models?: readonly Model[];
  materials?: readonly Material[];
  colours?: readonly Colour[];
  sizes?: readonly Size[];
};

type Variant = {
  family: Family;
  model: Model | undefined;
  material: Material | undefined;
  colour: Colour | undefined;
  size: Size | undefined;
};

/** `Canapé d'angle` → `CANAPE-D-ANGLE`. */
export function codeOf(words: string): string {
  return words
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '-');
}

function joined(words: (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(' ');
}

function frenchName({ family, model, material, colour, size }: Variant): string {
  const main = joined([
    family.fr,
    model?.fr,
    material && `en ${material.fr}`,
    // Beside a material, the colour is the material's: "Canapé en velours vert", "Vase en céramique bleue".
    colour?.fr[material?.agrees ?? family.agrees],
  ]);
  return size === undefined ? main : `${main}, ${size.fr}`;
}

function englishName({ family, model, material, colour, size }: Variant): string {
  const words = joined([family.enFirst, colour?.en, material?.en, model?.en, family.en]);
  const main = words.charAt(0).toUpperCase() + words.slice(1);
  return size === undefined ? main : `${main}, ${size.en}`;
}

/** Shop prices: 8.99 and 49.99 below 100 euros, 149 and 1299 above. */
function shopPrice(euros: number): number {
  return euros < 100 ? (Math.floor(euros) * 100 + 99) / 100 : Math.round(euros / 10) * 10 - 1;
}

function skuOf({ family, model, material, colour, size }: Variant): string {
  return [codeOf(family.fr), model?.code, material?.code, colour?.code, size?.code]
    .filter((code) => code !== undefined)
    .join('-');
}

function itemOf(variant: Variant): Omit<DemoItem, 'barcodes'> {
  const { family, model, material, colour, size } = variant;
  const factor = (model?.priceFactor ?? 1) * (material?.priceFactor ?? 1) * (size?.priceFactor ?? 1);
  return {
    sku: skuOf(variant),
    name: { fr: frenchName(variant), en: englishName(variant) },
    price: { amount: shopPrice(family.price * factor), currency: 'EUR' },
    category: family.category,
    attributes: {
      ...(model && { model: model.fr }),
      ...(material && { material: material.fr }),
      ...(colour && { colour: colour.fr.ms }),
      ...(size && { size: size.fr }),
    },
  };
}

function orNone<T>(values: readonly T[] | undefined): readonly (T | undefined)[] {
  return values ?? [undefined];
}

/** Every item of the family, still without barcodes. */
export function itemsOf(family: Family): Omit<DemoItem, 'barcodes'>[] {
  return orNone(family.models).flatMap((model) =>
    orNone(family.materials).flatMap((material) =>
      orNone(family.colours).flatMap((colour) =>
        orNone(family.sizes).map((size) => itemOf({ family, model, material, colour, size })),
      ),
    ),
  );
}
