import { type RefObject, useEffect } from 'react'
import { usePeopleSearch } from '../use-people-search.ts'

/** Focuses the open row or the filter if the button that opened a dialog no longer exists, such as in a removed row. */
export function useFocusAfterDialog(container: RefObject<HTMLElement | null>): void {
  const { dialog } = usePeopleSearch().search
  useEffect(() => {
    if (dialog !== undefined) return
    // If the button still exists, the dialog returns the focus to the button in the next frame.
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
