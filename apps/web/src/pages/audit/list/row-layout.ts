import { useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'

/** Heights are in pixels. */
export interface RowLayout {
  readonly lines: 1 | 2 | 3
  readonly rowHeight: number
  /** 0 if rows have several lines, because there are no column titles then. */
  readonly headHeight: number
}

const lineHeight = 24

function layoutOf(lines: RowLayout['lines']): RowLayout {
  return { lines, rowHeight: lines * lineHeight, headHeight: lines === 1 ? lineHeight : 0 }
}

const layouts = { wide: layoutOf(1), medium: layoutOf(2), narrow: layoutOf(3) }

/** A narrow list has more lines in each row, so that no column is left out. @param width of the list in pixels */
export function rowLayout(width: number): RowLayout {
  if (width >= 800) return layouts.wide
  return width >= 480 ? layouts.medium : layouts.narrow
}

export function useRowLayout(list: { readonly current: HTMLElement | null }): RowLayout {
  const [layout, setLayout] = useState(layouts.wide)
  useLayoutEffect(() => {
    const { current } = list
    if (current === null) return
    function measure() {
      // A hidden list has no width.
      const { clientWidth } = current ?? { clientWidth: 0 }
      if (clientWidth > 0) setLayout(rowLayout(clientWidth))
    }
    measure()
    // Without flushSync, the browser would first paint the old layout in the new width.
    const observer = new ResizeObserver(() => flushSync(measure))
    observer.observe(current)
    return () => observer.disconnect()
  }, [list])
  return layout
}

interface ScrollChange {
  readonly scrollTop: number
  /** The position of a row in the list before and after the change. */
  readonly index: readonly [before: number, after: number]
  readonly layout: readonly [before: RowLayout, after: RowLayout]
}

/** The scroll position that leaves a row at the same distance from the top of the list. */
export function stableScrollTop({ scrollTop, index, layout }: ScrollChange): number {
  return scrollTop + rowTop(index[1], layout[1]) - rowTop(index[0], layout[0])
}

/** @returns pixels from the start of the list */
export function rowTop(index: number, { rowHeight, headHeight }: RowLayout): number {
  return headHeight + index * rowHeight
}
