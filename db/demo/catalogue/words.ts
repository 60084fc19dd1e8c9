// Owns the words that products are described with: materials, colours and sizes, in French and English.
// Must not know products.

import { type Agreement, type Colour, codeOf, type Material, type Model, type Size } from './family.ts';

function material(
  fr: string,
  en: string,
  agrees: Agreement,
  priceFactor = 1,
  code: string = codeOf(fr),
): Material {
  return { code, fr, en, agrees, priceFactor };
}

export const oak = material('chêne', 'oak', 'ms', 1.3);
export const walnut = material('noyer', 'walnut', 'ms', 1.6);
export const pine = material('pin', 'pine', 'ms', 0.8);
export const mango = material('manguier', 'mango wood', 'ms', 1.1);
export const beech = material('hêtre', 'beech', 'ms');
export const acacia = material('acacia', 'acacia', 'ms', 1.1);
export const olive = material("bois d'olivier", 'olive wood', 'ms', 1.4, 'OLIVIER');
export const teak = material('teck', 'teak', 'ms', 1.5);
export const bamboo = material('bambou', 'bamboo', 'ms', 0.9);
export const rattan = material('rotin', 'rattan', 'ms');
export const jute = material('jute', 'jute', 'ms', 0.8);
export const hyacinth = material("jacinthe d'eau", 'water hyacinth', 'fs', 0.9, 'JACINTHE');
export const marble = material('marbre', 'marble', 'ms', 1.8);
export const metal = material('métal', 'metal', 'ms');
export const brass = material('laiton', 'brass', 'ms', 1.4);
export const steel = material('acier inoxydable', 'stainless steel', 'ms', 1, 'INOX');
export const copper = material('cuivre', 'copper', 'ms', 2.2);
export const iron = material('fonte', 'cast iron', 'fs', 1.2);
export const enamel = material('fonte émaillée', 'enamelled cast iron', 'fs', 1, 'FONTE');
export const glass = material('verre', 'glass', 'ms');
export const recycledGlass = material('verre recyclé', 'recycled glass', 'ms', 1, 'VERRE');
export const crystal = material('cristallin', 'crystal', 'ms');
export const stoneware = material('grès', 'stoneware', 'ms');
export const porcelain = material('porcelaine', 'porcelain', 'fs', 1.1);
export const ceramic = material('céramique', 'ceramic', 'fs');
export const terracottaClay = material('terre cuite', 'terracotta', 'fs', 0.8);
export const velvet = material('velours', 'velvet', 'ms', 1.1);
export const linen = material('lin', 'linen', 'ms', 1.2);
export const washedLinen = material('lin lavé', 'washed-linen', 'ms', 1.5, 'LIN');
export const cotton = material('coton', 'cotton', 'ms');
export const organicCotton = material('coton biologique', 'organic cotton', 'ms', 1, 'COTON');
export const percale = material('percale de coton', 'cotton percale', 'fs', 1, 'PERCALE');
export const wool = material('laine', 'wool', 'fs', 1.3);
export const boucle = material('laine bouclée', 'bouclé wool', 'fs', 1.3, 'BOUCLE');
export const fabric = material('tissu', 'fabric', 'ms');
export const leather = material('cuir', 'leather', 'ms', 1.8);
export const down = material("duvet d'oie", 'goose down', 'ms', 2.4, 'DUVET');
export const recycledFibre = material('fibres recyclées', 'recycled fibre', 'fp', 1, 'FIBRES');

function colour(ms: string, fs: string, mp: string, fp: string, en: string): Colour {
  return { code: codeOf(ms), fr: { ms, fs, mp, fp }, en };
}

/** `noir`, `noire`, `noirs`, `noires`. */
const regular = (fr: string, en: string) => colour(fr, `${fr}e`, `${fr}s`, `${fr}es`, en);
/** Ends in a mute e: `rouge`, `rouges`. */
const ending = (fr: string, en: string) => colour(fr, fr, `${fr}s`, `${fr}s`, en);
/** A compound (`vert sauge`) or a noun used as a colour (`terracotta`) never changes. */
const invariable = (fr: string, en: string) => colour(fr, fr, fr, fr, en);

export const white = colour('blanc', 'blanche', 'blancs', 'blanches', 'white');
export const grey = colour('gris', 'grise', 'gris', 'grises', 'grey');
export const natural = colour('naturel', 'naturelle', 'naturels', 'naturelles', 'natural');
export const black = regular('noir', 'black');
export const blue = regular('bleu', 'blue');
export const green = regular('vert', 'green');
export const gold = regular('doré', 'gold');
export const ecru = regular('écru', 'ecru');
export const smoked = regular('fumé', 'smoked');
export const amber = regular('ambré', 'amber');
export const clear = regular('transparent', 'clear');
export const beige = ending('beige', 'beige');
export const red = ending('rouge', 'red');
export const sage = invariable('vert sauge', 'sage green');
export const fir = invariable('vert sapin', 'forest green');
export const midnight = invariable('bleu nuit', 'midnight blue');
export const powder = invariable('rose poudré', 'powder pink');
export const mustard = invariable('moutarde', 'mustard');
export const terracotta = invariable('terracotta', 'terracotta');
export const charcoal = invariable('anthracite', 'charcoal');

/** Beside the noun. Of two words that read alike in both languages, give one. */
export function model(fr: string, en: string = fr, priceFactor = 1): Model {
  return { code: codeOf(fr), fr, en, priceFactor };
}

export function cm(length: number, priceFactor = 1): Size {
  return { code: `${length}`, fr: `${length} cm`, en: `${length} cm`, priceFactor };
}

export function cmBy(width: number, length: number, priceFactor = 1): Size {
  const name = `${width} × ${length} cm`;
  return { code: `${width}X${length}`, fr: name, en: name, priceFactor };
}

/** A measure that both languages write alike: `50 cl`, `180 g`, `5 m`. */
export function measure(amount: number, unit: 'cl' | 'l' | 'g' | 'm', priceFactor = 1): Size {
  const name = `${amount} ${unit}`;
  return { code: `${amount}${unit.toUpperCase()}`, fr: name, en: name, priceFactor };
}

export function setOf(pieces: number, priceFactor = 1): Size {
  return { code: `LOT-${pieces}`, fr: `lot de ${pieces}`, en: `set of ${pieces}`, priceFactor };
}

export function pieces(count: number, priceFactor = 1): Size {
  return { code: `${count}P`, fr: `${count} pièces`, en: `${count} pieces`, priceFactor };
}
