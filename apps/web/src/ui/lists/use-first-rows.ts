import { useState } from 'react'

interface FirstRows<Row> {
  readonly rows: readonly Row[]
  /** Whether there are more rows than are shown. */
  readonly hidesRows: boolean
  readonly showAll: () => void
}

/** At most `count` rows, until the person asks for all of them. */
export function useFirstRows<Row>(all: readonly Row[], count: number): FirstRows<Row> {
  const [showsAll, setShowsAll] = useState(false)
  const hidesRows = all.length > count && !showsAll
  return { rows: hidesRows ? all.slice(0, count) : all, hidesRows, showAll: () => setShowsAll(true) }
}
