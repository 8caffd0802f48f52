import { type RefObject, useEffect } from 'react'
import { usePeopleSearch } from '../use-people-search.ts'

/** If the button that opened a dialog is gone afterwards, such as in a removed row, focuses the open row or the filter. */
export function useFocusAfterDialog(container: RefObject<HTMLElement | null>): void {
  const { dialog } = usePeopleSearch().search
  useEffect(() => {
    if (dialog !== undefined) return
    // The dialog itself gives the focus back in the next frame, if the button is still there.
    const timer = setTimeout(() => {
      if (document.activeElement !== document.body) return
      const heading = container.current?.querySelector<HTMLElement>('section > header > h2')
      const filter = container.current?.querySelector<HTMLElement>('input[type=search]')
      const next = heading ?? filter
      next?.focus({ preventScroll: true })
    }, 100)
    return () => clearTimeout(timer)
  }, [dialog, container])
}
