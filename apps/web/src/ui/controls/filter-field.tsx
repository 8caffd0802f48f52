import { useEffect, useState } from 'react'
import { TextField } from './fields.tsx'

interface FilterFieldProps {
  /** What is filtered, such as `Users`. */
  readonly label: string
  /** The filter in the address of the page. */
  readonly value: string
  readonly onChange: (text: string) => void
  readonly placeholder?: string
}

export function FilterField({ label, value, onChange, placeholder = 'Filter  /' }: FilterFieldProps) {
  const [text, setText] = useState(value)
  const [isFocused, setFocused] = useState(false)
  // The address changes later than the text, so `value` must not replace the text while the person types.
  useEffect(() => {
    if (!isFocused) setText(value)
  }, [value, isFocused])
  return (
    <TextField
      aria-label={`Filter: ${label}`}
      type="search"
      placeholder={placeholder}
      value={text}
      onFocusChange={setFocused}
      onChange={(typed) => {
        setText(typed)
        onChange(typed)
      }}
    />
  )
}
