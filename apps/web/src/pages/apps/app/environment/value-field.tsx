import { TextField } from '../../../../ui/fields.tsx'

interface ValueFieldProps {
  readonly 'aria-label': string
  readonly placeholder: string
  readonly value: string
  readonly autoFocus?: boolean
  readonly onChange: (value: string) => void
}

/** Lines that are shown at once. */
const mostLines = 12

/** A value, which can have several lines, such as a key that is pasted. Shift and Enter begins a line; Enter submits the form. */
export function ValueField(props: ValueFieldProps) {
  return (
    <TextField
      {...props}
      mono
      lines={Math.min(props.value.split('\n').length, mostLines)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
        event.preventDefault()
        if (event.target instanceof HTMLTextAreaElement) event.target.form?.requestSubmit()
      }}
    />
  )
}
