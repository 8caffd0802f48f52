import { type FormEvent, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Choice, TextField } from '../../../ui/fields.tsx'
import { type RecordingsSearch, readRecordingsSearch } from '../recordings-search.ts'
import { fromLocalTime, toLocalTime } from './local-time.ts'
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

/** The filters of the API. They take effect with Enter or the button, and the address has them. */
export function RecordingFilters({ filter, onChange }: RecordingFiltersProps) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({
    ...filter,
    from: toLocalTime(filter.from),
    to: toLocalTime(filter.to),
  })
  const set = (name: string) => (text: string) => setTexts((before) => ({ ...before, [name]: text }))
  const read = (state: string) =>
    readRecordingsSearch({ ...texts, from: fromLocalTime(texts.from), to: fromLocalTime(texts.to), state })
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
      <Choice label="State" value={filter.state ?? ''} onChange={(state) => onChange(read(state))} options={states} />
      {timeFields.map(({ name, label }) => (
        <TextField key={name} label={label} type="datetime-local" value={texts[name] ?? ''} onChange={set(name)} />
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
