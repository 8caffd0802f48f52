/**
 * If the control that has the focus is removed, such as with its row, `find` chooses what gets the focus instead. Waits
 * for two frames, because a closed dialog first returns the focus to the control that opened it.
 */
export function keepFocus(find: () => HTMLElement | null | undefined): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) find()?.focus({ preventScroll: true })
    }),
  )
}
