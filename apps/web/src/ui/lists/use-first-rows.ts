import { useState } from 'react'
import type { PressEvent } from 'react-aria-components'
import { keepFocus } from '../keyboard/keep-focus.ts'

interface FirstRows<Row> {
  readonly rows: readonly Row[]
  /** Whether there are more rows than are shown. */
  readonly hidesRows: boolean
  /** For a button in a card, which gets the focus if the button is removed. */
  readonly showAll: (press: PressEvent) => void
}

/** At most `count` rows, until the person asks for all of them. */
export function useFirstRows<Row>(all: readonly Row[], count: number): FirstRows<Row> {
  const [showsAll, setShowsAll] = useState(false)
  const hidesRows = all.length > count && !showsAll
  function showAll({ target }: PressEvent) {
    const card = target.closest('section')
    keepFocus(() => card)
    setShowsAll(true)
  }
  return { rows: hidesRows ? all.slice(0, count) : all, hidesRows, showAll }
}
