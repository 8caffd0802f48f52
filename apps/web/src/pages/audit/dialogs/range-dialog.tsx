import { type FormEvent, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Actions, Dialog } from '../../../ui/dialog.tsx'
import styles from './dialogs.module.css'

interface RangeDialogProps {
  /** The range so far, RFC 3339. */
  readonly range: { readonly from?: string; readonly to?: string }
  readonly onClose: () => void
  readonly onRange: (times: { readonly from?: string; readonly to?: string }) => void
}

/** The range in numbers: what dragging in the chart does. */
export function RangeDialog({ range, onClose, onRange }: RangeDialogProps) {
  const [mistake, setMistake] = useState('')
  function apply(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const from = utcOf(data.get('from'))
    const to = utcOf(data.get('to'))
    if (from === undefined && to === undefined) return setMistake('Enter a start, an end, or both.')
    if (from !== undefined && to !== undefined && from >= to) return setMistake('The start must be before the end.')
    onRange({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) })
  }
  return (
    <Dialog title="Custom range" isOpen onClose={onClose}>
      <form className={styles.form} onSubmit={apply}>
        <label className={styles.field}>
          From
          <input name="from" type="datetime-local" step="1" defaultValue={localOf(range.from)} autoFocus />
        </label>
        <label className={styles.field}>
          To
          <input name="to" type="datetime-local" step="1" defaultValue={localOf(range.to)} />
        </label>
        <p role="alert" className={styles.mistake}>
          {mistake}
        </p>
        <p className={styles.soft}>
          Times are in the time zone of this browser ({Intl.DateTimeFormat().resolvedOptions().timeZone}).
        </p>
        <Actions>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Show the range
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function utcOf(value: FormDataEntryValue | null): string | undefined {
  return typeof value === 'string' && value !== '' ? new Date(value).toISOString() : undefined
}

/** The value of a field: in the time zone of the browser, without an offset. */
function localOf(at: string | undefined): string {
  if (at === undefined) return ''
  const date = new Date(at)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
