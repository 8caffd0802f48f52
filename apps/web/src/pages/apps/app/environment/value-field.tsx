import { TextField } from '../../../../ui/controls/fields.tsx'

interface ValueFieldProps {
  readonly 'aria-label': string
  readonly placeholder: string
  readonly value: string
  readonly autoFocus?: boolean
  readonly onChange: (value: string) => void
}

const maxVisibleLines = 12

/** A value can have several lines, such as a pasted key. */
export function ValueField(props: ValueFieldProps) {
  return (
    <TextField
      {...props}
      mono
      lines={Math.min(props.value.split('\n').length, maxVisibleLines)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
        event.preventDefault()
        if (event.target instanceof HTMLTextAreaElement) event.target.form?.requestSubmit()
      }}
    />
  )
}
