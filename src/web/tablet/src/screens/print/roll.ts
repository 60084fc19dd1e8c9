// The lengths of the labels, told to the printer: a style sheet of the document's own, since only the drawn label
// knows how long it is. (A `style` element would need the page's policy to allow it.)
const pages = new CSSStyleSheet();
document.adoptedStyleSheets.push(pages);

/** Replaces the pages of the roll; none: what print.css says. */
export function setRollPages(rules: string): void {
  pages.replaceSync(rules);
}
