import { useEffect, useState } from 'react'
import { TextField } from '../../../ui/fields.tsx'
import { usePeopleSearch } from '../use-people-search.ts'

/** The filter of a list, which is also in the address. */
export function FilterField({ label }: { readonly label: string }) {
  const { search, change } = usePeopleSearch()
  const { q = '' } = search
  const [text, setText] = useState(q)
  const [isFocused, setFocused] = useState(false)
  // The address follows what is typed some moments later, so it decides only while nobody types.
  useEffect(() => {
    if (!isFocused) setText(q)
  }, [q, isFocused])
  return (
    <TextField
      aria-label={`Filter: ${label}`}
      type="search"
      placeholder="Filter  /"
      value={text}
      onFocusChange={setFocused}
      onChange={(typed) => {
        setText(typed)
        change({ q: typed }, { replace: true })
      }}
    />
  )
}
