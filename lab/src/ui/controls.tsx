import type { ReadonlySignal, Signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

/** A value and what a change by hand does: sets it, where nothing else is said. */
export type Bound<T> =
  | { readonly value: Signal<T>; readonly onChange?: ((value: T) => void) | undefined }
  | { readonly value: ReadonlySignal<T>; readonly onChange: (value: T) => void };

export type SliderProps = Bound<number> & {
  readonly label: ComponentChildren;
  /** Inclusive. */
  readonly min: number;
  readonly max: number;
  /** Of the value; of its decimal logarithm where `log`. */
  readonly step: number;
  /** Moves by factors. Default false. */
  readonly log?: boolean;
  readonly format?: (value: number) => string;
  /** A short explanation under it. */
  readonly hint?: ComponentChildren;
  readonly disabled?: boolean;
};

export function Slider(props: SliderProps): JSX.Element {
  const { label, value, min, max, step, log = false, format = plain, hint, disabled = false } = props;
  const id = useId();
  const position = (of: number): number => (log ? Math.log10(of) : of);
  const choose = (text: string): void => {
    const at = Number(text);
    const chosen = log ? Number((10 ** at).toPrecision(3)) : Number(at.toFixed(10));
    change(props, Math.min(max, Math.max(min, chosen)));
  };
  return (
    <div class="control">
      <div class="control-line">
        <label for={id}>{label}</label>
        <output for={id}>{format(value.value)}</output>
      </div>
      <input
        id={id}
        type="range"
        min={position(min)}
        max={position(max)}
        step={step}
        value={position(value.value)}
        disabled={disabled}
        aria-valuetext={format(value.value)}
        aria-describedby={describedBy(id, hint)}
        onInput={(event) => choose(event.currentTarget.value)}
      />
      <Hint of={id}>{hint}</Hint>
    </div>
  );
}

export type ChoiceProps<T extends string> = Bound<T> & {
  readonly label: ComponentChildren;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly hint?: ComponentChildren;
};

/** One of a few, all of them seen. */
export function Choice<T extends string>(props: ChoiceProps<T>): JSX.Element {
  const { label, value, options, hint } = props;
  const id = useId();
  return (
    <fieldset class="control choice" aria-describedby={describedBy(id, hint)}>
      <legend>{label}</legend>
      <div class="choice-options">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={value.value === option.value}
              onChange={() => change(props, option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      <Hint of={id}>{hint}</Hint>
    </fieldset>
  );
}

/** One of many. */
export function Select<T extends string>(props: ChoiceProps<T>): JSX.Element {
  const { label, value, options, hint } = props;
  const id = useId();
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value.value}
        aria-describedby={describedBy(id, hint)}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.currentTarget.value);
          if (chosen !== undefined) change(props, chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Hint of={id}>{hint}</Hint>
    </div>
  );
}

export type SwitchProps = Bound<boolean> & {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly disabled?: boolean;
};

export function Switch(props: SwitchProps): JSX.Element {
  const { label, value, hint, disabled = false } = props;
  const id = useId();
  return (
    <div class="control">
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={value.value}
          disabled={disabled}
          aria-describedby={describedBy(id, hint)}
          onChange={(event) => change(props, event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      <Hint of={id}>{hint}</Hint>
    </div>
  );
}

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  /** The one thing to do here. Default false. */
  readonly primary?: boolean;
  /** Where the text alone does not say it. */
  readonly label?: string;
  readonly pressed?: boolean;
}

export function Button({
  children,
  onClick,
  disabled = false,
  primary = false,
  label,
  pressed,
}: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={primary ? 'button primary' : 'button'}
      disabled={disabled}
      aria-label={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** What explains a control; nothing where there is nothing to explain. */
function Hint({
  of,
  children,
}: {
  readonly of: string;
  readonly children: ComponentChildren;
}): JSX.Element | null {
  if (children === undefined) return null;
  return (
    <p class="hint" id={hintId(of)}>
      {children}
    </p>
  );
}

function describedBy(id: string, hint: ComponentChildren): string | undefined {
  return hint === undefined ? undefined : hintId(id);
}

function hintId(id: string): string {
  return `${id}-hint`;
}

function change<T>({ value, onChange }: Bound<T>, next: T): void {
  if (onChange === undefined) (value as Signal<T>).value = next;
  else onChange(next);
}

function plain(value: number): string {
  return `${value}`;
}
