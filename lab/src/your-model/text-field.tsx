import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface TextFieldProps {
  readonly label: string;
  readonly value: Signal<string>;
  readonly placeholder?: string;
  /** What may be meant, offered while typing. */
  readonly suggestions?: readonly string[];
  readonly hint?: string;
}

/** A short text; it counts once it is left or Enter is pressed. */
export function TextField({
  label,
  value,
  placeholder,
  suggestions = [],
  hint,
}: TextFieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        class="text-field"
        autocomplete="off"
        spellcheck={false}
        maxLength={500}
        value={value.value}
        placeholder={placeholder}
        list={suggestions.length === 0 ? undefined : `${id}-list`}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ currentTarget }) => (value.value = currentTarget.value.trim())}
      />
      {suggestions.length === 0 ? null : (
        <datalist id={`${id}-list`}>
          {suggestions.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
