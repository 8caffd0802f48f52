import { type FormEvent, useState } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { fromFieldTime, toFieldTime, useTimeZone } from '../../../ui/time/time-zone.ts'
import { type RecordingsSearch, readRecordingsSearch } from '../address/recordings-search.ts'
import styles from './recording-filters.module.css'

const textFields = [
  { name: 'principal', label: 'Who', placeholder: 'ada@example.com' },
  { name: 'rack', label: 'Rack', placeholder: 'Any' },
  { name: 'app', label: 'App', placeholder: 'Any' },
  { name: 'process', label: 'Process', placeholder: 'Any' },
] as const
const timeFields = [
  { name: 'from', label: 'Started from' },
  { name: 'to', label: 'Started before' },
] as const
/** The length of `2027-01-31T12:00`. The fields have no seconds. */
const lengthToMinute = 16
const states = [
  { value: '', label: 'All' },
  { value: 'open', label: 'Live' },
  { value: 'ended', label: 'Ended' },
  { value: 'removed', label: 'Removed' },
]

interface RecordingFiltersProps {
  readonly filter: RecordingsSearch
  readonly onChange: (filter: RecordingsSearch) => void
}

/** The filter for the state takes effect at once. The other filters take effect when the form is submitted. */
export function RecordingFilters({ filter, onChange }: RecordingFiltersProps) {
  const zone = useTimeZone()
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({
    ...filter,
    from: toFieldTime(filter.from, zone).slice(0, lengthToMinute),
    to: toFieldTime(filter.to, zone).slice(0, lengthToMinute),
  })
  const set = (name: string) => (text: string) => setTexts((before) => ({ ...before, [name]: text }))
  const read = (state: string) =>
    readRecordingsSearch({ ...texts, from: fromFieldTime(texts.from, zone), to: fromFieldTime(texts.to, zone), state })
  function submit(event: FormEvent) {
    event.preventDefault()
    onChange(read(filter.state ?? ''))
  }
  return (
    <form className={styles.filters} onSubmit={submit} aria-label="Filters">
      {textFields.map(({ name, label, placeholder }) => (
        <TextField
          key={name}
          label={label}
          type="search"
          value={texts[name] ?? ''}
          onChange={set(name)}
          placeholder={placeholder}
          maxLength={name === 'principal' ? 200 : 100}
        />
      ))}
      <SelectField
        label="State"
        value={filter.state ?? ''}
        onChange={(state) => onChange(read(state))}
        options={states}
      />
      {timeFields.map(({ name, label }) => (
        <TextField
          key={name}
          label={zone === 'utc' ? `${label} (UTC)` : label}
          type="datetime-local"
          value={texts[name] ?? ''}
          onChange={set(name)}
        />
      ))}
      <div className={styles.actions}>
        <Button type="submit">Filter</Button>
        {Object.keys(filter).length > 0 && (
          <Button kind="quiet" onPress={() => onChange({})}>
            Clear
          </Button>
        )}
      </div>
    </form>
  )
}
