// A check that a person makes and says so: a box of 64 px with its words.
export function Tick({
  label,
  value,
  disabled,
  onChange,
}: {
  label: string;
  value: boolean;
  disabled?: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <label class="desk-tick" data-on={value ? '' : undefined}>
      <input
        class="desk-tick-box"
        type="checkbox"
        checked={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
