// A card: one thing of a list, with the colour of its state at its edge. The colour never stands alone: put a
// StatusBadge inside.
import type { ComponentChildren } from 'preact';

export type Tone = 'plain' | 'info' | 'good' | 'warn' | 'bad';

export function Card({
  children,
  tone = 'plain',
  id,
}: {
  children: ComponentChildren;
  tone?: Tone;
  id?: string;
}) {
  return (
    <article class="card" data-tone={tone} id={id}>
      {children}
    </article>
  );
}
