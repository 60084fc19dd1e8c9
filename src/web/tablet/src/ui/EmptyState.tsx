// What stands where a list has nothing, or a page has nothing to show.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon.tsx';

export function EmptyState({
  icon,
  text,
  isPage = false,
  children,
}: {
  icon: IconName;
  text: string;
  /** All that there is on the page: its words are its heading. */
  isPage?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      {isPage ? <h1>{text}</h1> : <p>{text}</p>}
      {children}
    </div>
  );
}
