import { type RefObject, useEffect } from 'react'
import { isField, isInDialog } from '../../../shell/shortcuts.ts'

/** `/` goes to the first filter, `j` and `k` move through the rows, and `r` loads the list again. */
export function useListKeys(place: RefObject<HTMLElement | null>, refresh: () => void): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const { key, target } = event
      if (event.ctrlKey || event.metaKey || event.altKey || isField(target) || isInDialog(target)) return
      const links = [...(place.current?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])]
      const at = links.findIndex((link) => link.matches(':focus'))
      if (key === '/') place.current?.querySelector<HTMLElement>('input')?.focus()
      else if (key === 'j') links[Math.min(at + 1, links.length - 1)]?.focus()
      else if (key === 'k') links[Math.max(at - 1, 0)]?.focus()
      else if (key === 'r') refresh()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}
