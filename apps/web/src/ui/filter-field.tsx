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

/** The filter of a list, which is also in the address. `/` goes to it. */
export function FilterField({ label, value, onChange, placeholder = 'Filter  /' }: FilterFieldProps) {
  const [text, setText] = useState(value)
  const [isFocused, setFocused] = useState(false)
  // The address changes some moments after the text, so its value counts only while nobody types.
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
