import { type Ref, useEffect, useId, useState } from 'react'
import styles from './audit-filter-field.module.css'
import { filterNames } from './filter-names.ts'

interface AuditFilterFieldProps {
  readonly ref: Ref<HTMLInputElement>
  readonly text: string
  readonly mistake: string | null
  readonly onChange: (text: string) => void
}

export function AuditFilterField({ ref, text, mistake, onChange }: AuditFilterFieldProps) {
  const [typed, setTyped] = useState(text)
  const id = useId()
  // A click on a value and the Back button also change the filter.
  useEffect(() => setTyped(text), [text])
  const name = /(?:^|\s)-?([a-z]+):\S*$/.exec(typed)?.[1]
  const hint = name !== undefined && Object.hasOwn(filterNames, name) ? nameHint(name) : null
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        onChange(typed.trim())
      }}
    >
      <input
        ref={ref}
        className={styles.input}
        aria-label="Filter"
        aria-describedby={`${id}-hint`}
        aria-invalid={mistake !== null}
        value={typed}
        placeholder="actor:ada@example.com rack:prod -result:allow command:&quot;rake db:migrate&quot;"
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={({ key, currentTarget }) => {
          if (key !== 'Escape') return
          setTyped(text)
          currentTarget.blur()
        }}
      />
      <p id={`${id}-hint`} className={styles.hint} data-mistake={mistake !== null && typed === text}>
        {typed === text ? mistake : hint}
      </p>
    </form>
  )
}

function nameHint(name: string): string {
  return `${name}: ${filterNames[name as keyof typeof filterNames].hint}. Press Enter to search.`
}
