// A text field with its label, a hint and what is wrong with it, joined for screen readers.
import { useId } from 'preact/hooks';

export function Field({
  label,
  value,
  onInput,
  hint,
  error,
  isSecret,
  ...rest
}: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string | undefined;
  error?: string | null | undefined;
  /** A PIN: dots instead of what is typed. */
  isSecret?: boolean;
  inputMode?: 'text' | 'numeric' | 'search';
  maxLength?: number;
  autoComplete?: string;
  required?: boolean;
  disabled?: boolean;
  name?: string;
}) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        {...(isSecret ? { type: 'password' as const } : { type: 'text' as const })}
        {...rest}
        value={value}
        aria-invalid={Boolean(error)}
        aria-describedby={notes || undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
