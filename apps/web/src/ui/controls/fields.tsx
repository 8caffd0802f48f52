import { type ReactNode, useId } from 'react'
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
} from 'react-aria-components'
import styles from './fields.module.css'

interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'children' | 'style'> {
  /** Without a label, the field needs an `aria-label`. */
  readonly label?: string
  readonly hint?: ReactNode
  readonly placeholder?: string
  /** The number of visible lines of a field that accepts several lines; undefined: the field accepts one line. */
  readonly lines?: number
  readonly mono?: boolean
  readonly autoComplete?: string
  /** Why the value is not valid. If empty, `validate` decides. */
  readonly error?: string
}

export function TextField(props: TextFieldProps) {
  const { label, hint, placeholder, lines, mono = false, autoComplete = 'off', error = '', ...field } = props
  const input = `${styles.input} ${mono ? styles.mono : ''}`
  return (
    <AriaTextField {...field} {...(error !== '' && { isInvalid: true })} className={styles.field ?? ''}>
      {label !== undefined && <Label className={styles.label ?? ''}>{label}</Label>}
      {lines === undefined ? (
        <Input className={input} placeholder={placeholder} autoComplete={autoComplete} spellCheck="false" />
      ) : (
        <TextArea className={input} placeholder={placeholder} rows={lines} spellCheck="false" />
      )}
      {hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      {error === '' ? (
        <FieldError className={styles.error ?? ''} />
      ) : (
        <FieldError className={styles.error ?? ''}>{error}</FieldError>
      )}
    </AriaTextField>
  )
}

interface SelectFieldProps {
  readonly label: string
  readonly name?: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly hint?: ReactNode
  readonly isRequired?: boolean
  /** Whether the label is beside the list. */
  readonly isInline?: boolean
}

/** Uses the browser's own list, because it supports keyboards and screen readers. */
export function SelectField({
  label,
  name,
  value,
  onChange,
  options,
  hint,
  isRequired,
  isInline = false,
}: SelectFieldProps) {
  const id = useId()
  return (
    <div className={isInline ? styles.inline : styles.field} data-required={isRequired}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={styles.input}
        name={name}
        value={value}
        required={isRequired}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  )
}
