import { type RefObject, useEffect } from 'react'
import { usePeopleSearch } from '../use-people-search.ts'

/** After a dialog whose button is gone, such as that of a removed row, the focus goes to the open row or to the filter. */
export function useFocusAfterDialog(place: RefObject<HTMLElement | null>): void {
  const { dialog } = usePeopleSearch().search
  useEffect(() => {
    if (dialog !== undefined) return
    // The dialog itself gives the focus back in the next frame, if its button is still there.
    const timer = setTimeout(() => {
      if (document.activeElement !== document.body) return
      const heading = place.current?.querySelector<HTMLElement>('section > header > h2')
      const filter = place.current?.querySelector<HTMLElement>('input[type=search]')
      const next = heading ?? filter
      next?.focus({ preventScroll: true })
    }, 100)
    return () => clearTimeout(timer)
  }, [dialog, place])
}
