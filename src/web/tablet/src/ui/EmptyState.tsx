// What stands where a list has nothing.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon.tsx';

export function EmptyState({
  icon,
  text,
  children,
}: {
  icon: IconName;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p>{text}</p>
      {children}
    </div>
  );
}
