// What a file of texts/ must be: `fr`, and an `en` with the very same keys. A text in one language only does not
// compile, and test/web/i18n.test.ts holds the placeholders against each other.

/** The other language of `French`: the same keys, all of them and no more. */
export type Texts<French extends Record<string, string>> = { readonly [Key in keyof French]: string };
