import { type RefObject, useEffect } from 'react'
import { isField, isInDialog } from './key-target.ts'

/**
 * Keyboard shortcuts of a list: `j`, `k`, and the arrow keys focus a row, `/` focuses the search field, and Escape
 * closes the panel of the open row. The arrow keys move only from a row. Elsewhere they scroll the page.
 *
 * @param closePanel only for a list with a panel
 */
export function useRowShortcuts(container: RefObject<HTMLElement | null>, closePanel?: () => void): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const { key, target } = event
      if (event.ctrlKey || event.metaKey || event.altKey || isField(target) || isInDialog(target)) return
      const links = [...(container.current?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])]
      const index = links.findIndex((link) => link.matches(':focus'))
      const open = links.find((link) => link.dataset.rowLink === 'open')
      const isArrow = key === 'ArrowDown' || key === 'ArrowUp'
      if (key === '/') container.current?.querySelector<HTMLElement>('input[type=search]')?.focus()
      else if (key === 'j' || (isArrow && index >= 0 && key === 'ArrowDown'))
        links[Math.min(index + 1, links.length - 1)]?.focus()
      else if (key === 'k' || (isArrow && index >= 0)) links[Math.max(index - 1, 0)]?.focus()
      else if (key === 'Escape' && container.current?.dataset.open === 'true') {
        closePanel?.()
        open?.focus()
      } else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}
