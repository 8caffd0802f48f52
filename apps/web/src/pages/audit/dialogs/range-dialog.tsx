import { type FormEvent, useState } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialogs/dialog.tsx'
import { fromFieldTime, type TimeZone, toFieldTime, useTimeZone } from '../../../ui/time/time-zone.ts'
import styles from './dialogs.module.css'

interface RangeDialogProps {
  /** The current range, RFC 3339. */
  readonly range: { readonly from?: string; readonly to?: string }
  readonly onClose: () => void
  readonly onRange: (times: { readonly from?: string; readonly to?: string }) => void
}

export function RangeDialog({ range, onClose, onRange }: RangeDialogProps) {
  const zone = useTimeZone()
  const [mistake, setMistake] = useState('')
  function apply(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const from = utcOf(data.get('from'), zone)
    const to = utcOf(data.get('to'), zone)
    if (from === undefined && to === undefined) return setMistake('Enter a start, an end, or both.')
    if (from !== undefined && to !== undefined && from >= to) return setMistake('The start must be before the end.')
    onRange({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) })
  }
  return (
    <Dialog title="Custom range" isOpen onClose={onClose}>
      <form className={styles.form} onSubmit={apply}>
        <label className={styles.field}>
          From
          <input name="from" type="datetime-local" step="1" defaultValue={toFieldTime(range.from, zone)} autoFocus />
        </label>
        <label className={styles.field}>
          To
          <input name="to" type="datetime-local" step="1" defaultValue={toFieldTime(range.to, zone)} />
        </label>
        <p role="alert" className={styles.mistake}>
          {mistake}
        </p>
        <p className="soft">
          {zone === 'utc'
            ? 'Times are in UTC.'
            : `Times are in the time zone of this browser (${Intl.DateTimeFormat().resolvedOptions().timeZone}).`}
        </p>
        <DialogButtons>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Show the range
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

function utcOf(value: FormDataEntryValue | null, zone: TimeZone): string | undefined {
  return typeof value === 'string' ? fromFieldTime(value, zone) : undefined
}
