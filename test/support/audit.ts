// Owns what a page is held to, whatever it shows: axe finds nothing, targets are large enough for gloves, and nothing is
// cut off or scrolls sideways. Answers findings in words; no assertion.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Page } from 'playwright-core';

const axe = readFileSync(
  createRequire(path.join(import.meta.dirname, 'audit.ts')).resolve('axe-core/axe.min.js'),
  'utf8',
);

type Violation = { id: string; nodes: { target: string[]; failureSummary: string }[] };

/** What axe says against the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`,
    ),
  );
}

export const TARGET_PIXELS = 48;
export const MAIN_TARGET_PIXELS = 64;

/**
 * Targets that are too small, and whether the page scrolls sideways. A box that stands in its label is as large as the
 * label, which answers a touch as well. What is there for screen readers alone, and what is hidden, is no target.
 */
export async function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const TARGETS = 'a[href], button, input, select, textarea, summary, [role="button"], [tabindex]:not([tabindex="-1"])';
    const isShown = (element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      !element.closest('.visually-hidden, .skip');
    const scope = document.querySelector('dialog[open]') ?? document;
    const findings = [...scope.querySelectorAll(TARGETS)].filter(isShown).flatMap((element) => {
      const touched = element.matches('input') ? element.closest('label') ?? element : element;
      const { width, height } = touched.getBoundingClientRect();
      const needed = element.dataset.look === 'main' ? ${MAIN_TARGET_PIXELS} : ${TARGET_PIXELS};
      // Half a pixel is how browsers round.
      if (width >= ${TARGET_PIXELS} - 0.5 && height >= needed - 0.5) return [];
      const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40);
      return [element.tagName.toLowerCase() + '.' + element.className + ' "' + words + '" is ' +
        Math.round(width) + ' × ' + Math.round(height) + ', needs ' + needed];
    });
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) findings.push('the page scrolls sideways: ' + scrollWidth + ' in ' + clientWidth);
    return findings;
  })()`);
}
