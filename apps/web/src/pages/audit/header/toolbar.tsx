import { type Ref, useState } from 'react'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { fromFieldTime, useTimeZone } from '../../../ui/time/time-zone.ts'
import type { AuditView } from '../address/use-audit-view.ts'
import { AuditFilterField } from '../filter/audit-filter-field.tsx'
import { FilterMistake } from '../filter/filter-text.ts'
import { isRange, ranges } from '../filter/time-range.ts'
import styles from './toolbar.module.css'

interface ToolbarProps {
  readonly view: AuditView
  readonly field: Ref<HTMLInputElement>
}

export function Toolbar({ view, field }: ToolbarProps) {
  const { filter, text, range } = view
  return (
    <div className={styles.toolbar}>
      <AuditFilterField
        ref={field}
        text={text}
        mistake={filter instanceof FilterMistake ? filter.message : null}
        onChange={(changed) => (changed === text ? view.reload() : view.setText(changed))}
      />
      <SelectField
        isInline
        label="Range"
        value={range}
        onChange={(value) => (isRange(value) ? view.setRange(value) : view.setSearch({ dialog: 'range' }))}
        options={[...ranges, { value: 'custom', label: 'Custom…' }]}
      />
      <JumpToTime onJump={(to) => view.setTimes({ to })} />
    </div>
  )
}

/** Shows the events before a time. */
function JumpToTime({ onJump }: { readonly onJump: (to: string) => void }) {
  const zone = useTimeZone()
  const [time, setTime] = useState('')
  return (
    <form
      className={styles.jump}
      onSubmit={(event) => {
        event.preventDefault()
        const to = fromFieldTime(time, zone)
        if (to !== undefined) onJump(to)
      }}
    >
      <label>
        <span>Jump to{zone === 'utc' && ' (UTC)'}</span>
        <input type="datetime-local" step="1" value={time} onChange={(event) => setTime(event.currentTarget.value)} />
      </label>
      <button type="submit">Go</button>
    </form>
  )
}
