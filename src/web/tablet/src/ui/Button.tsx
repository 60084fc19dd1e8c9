// A button, or a link that looks like one: at least 48 px, 64 px for the one main action of a screen.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon.tsx';

type Look = 'main' | 'plain' | 'quiet' | 'bad';

type ButtonProps = {
  children?: ComponentChildren;
  look?: Look;
  icon?: IconName;
  /** As wide as what it is in. */
  wide?: boolean;
  /** What a screen reader says where the button shows an icon only. */
  label?: string;
  /** A toggle: whether it is on. */
  pressed?: boolean;
  type?: 'button' | 'submit';
  disabled?: boolean;
  onClick?: () => void;
  /** For tests and for focus that is set by hand. */
  id?: string;
};

export function Button({ children, look = 'plain', icon, wide, label, pressed, type, ...rest }: ButtonProps) {
  return (
    <button
      type={type ?? 'button'}
      class="button"
      data-look={look}
      data-wide={wide ? '' : undefined}
      aria-label={label}
      aria-pressed={pressed}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** Leads to another screen: `href` is a way of the router's, `#/pick/rsv_…`. */
export function ButtonLink({
  children,
  href,
  look = 'plain',
  icon,
  wide,
  label,
}: {
  children?: ComponentChildren;
  href: string;
  look?: Look;
  icon?: IconName;
  wide?: boolean;
  label?: string;
}) {
  return (
    <a class="button" href={href} data-look={look} data-wide={wide ? '' : undefined} aria-label={label}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}
