// biome-ignore-all lint/a11y/useSemanticElements: only some rows are in the document, and they are positioned
// biome-ignore-all lint/a11y/useFocusableInteractive: headers have no action
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { collapse, type Entry, groupId, type Row } from './collapse.ts'
import styles from './event-list.module.css'
import { EventRow } from './event-row.tsx'
import { type RowLayout, rowTop, stableScrollTop, useRowLayout } from './row-layout.ts'
import { onGridKeyDown, useEventKeys } from './use-event-keys.ts'

interface EventListProps {
  /** Newest first. */
  readonly entries: readonly Entry[]
  /** The events that the live tail added. */
  readonly followedIds: ReadonlySet<string>
  readonly openId: string | undefined
  readonly onOpen: (id: string, options?: { readonly replaces: boolean }) => void
  readonly onClose: () => void
  readonly focusFilter: () => void
  readonly hasMore: boolean
  readonly onNearEnd: () => void
  readonly onNearStart: () => void
  readonly onScrolled: (isAtTop: boolean) => void
  /** Above the rows, such as `12 new`. */
  readonly pill: ReactNode
  /** Below the rows. */
  readonly children: ReactNode
}

const columns = ['Time', 'Who', 'Action', 'Target', 'Result'] as const
const columnClasses = [styles.time, styles.who, styles.verb, styles.target, styles.result]

/** A grid that keeps only the visible rows, and some rows around them, in the document. */
export function EventList(props: EventListProps) {
  const { entries, followedIds, openId, onOpen, onClose, hasMore } = props
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => collapse(entries, expanded, followedIds), [entries, expanded, followedIds])
  const indexes = useMemo(() => indexesOf(rows), [rows])
  const [activeId, setActiveId] = useState<string | null>(null)
  const activeIndex = Math.max(0, indexes.get(activeId ?? openId ?? '') ?? 0)
  const scroller = useRef<HTMLDivElement>(null)
  const activeRow = useRef<HTMLDivElement>(null)
  const wantsFocus = useRef(false)
  const layout = useRowLayout(scroller)
  const { lines, rowHeight, headHeight } = layout
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: 24,
    // The active row stays in the document, so that it keeps the focus.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), activeIndex])].sort((a, b) => a - b),
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  useStableScroll(scroller, { rows, layout, activeId: rows[activeIndex]?.entry.id }, indexes)

  function moveTo(index: number) {
    const next = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (next === undefined) return
    wantsFocus.current = true
    setActiveId(next.entry.id)
    virtualizer.scrollToIndex(Math.min(rows.length - 1, Math.max(0, index)), { align: 'auto' })
    if (openId !== undefined) onOpen(next.entry.id, { replaces: true })
  }
  const keys = {
    move: (by: number) => moveTo(activeId === null && openId === undefined ? Math.max(0, by - 1) : activeIndex + by),
    openActive: () => {
      const row = rows[activeIndex]
      if (row) onOpen(row.entry.id)
    },
    close: () => {
      if (openId === undefined) return
      wantsFocus.current = true
      setActiveId(openId)
      onClose()
    },
    focusFilter: props.focusFilter,
  }
  useEventKeys(keys)
  useEffect(() => {
    if (!wantsFocus.current) return
    wantsFocus.current = false
    activeRow.current?.focus({ preventScroll: true })
  })

  // A filter that was chosen in a row replaces the rows, so the row that had the focus disappears.
  const hasRows = rows.length > 0
  useEffect(() => {
    if (hasRows && document.activeElement === document.body) activeRow.current?.focus({ preventScroll: true })
  }, [hasRows])

  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const isNearEnd = rows.length > 0 && last > rows.length - 30
  const { onNearEnd, onNearStart, onScrolled } = props
  useEffect(() => {
    if (isNearEnd && hasMore) onNearEnd()
  }, [isNearEnd, hasMore, onNearEnd])

  function onScroll() {
    const top = scroller.current?.scrollTop ?? 0
    onScrolled(top < rowHeight)
    if (top < 20 * rowHeight) onNearStart()
  }
  function toggle(group: string) {
    setExpanded((before) => {
      const after = new Set(before)
      if (!after.delete(group)) after.add(group)
      return after
    })
  }
  return (
    <div ref={scroller} className={styles.scroller} onScroll={onScroll}>
      {props.pill}
      <div
        role="grid"
        aria-label="Events, newest first"
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        aria-colcount={columns.length}
        data-lines={lines}
        onKeyDown={(event) => onGridKeyDown(event, keys)}
      >
        <div role="row" aria-rowindex={1} className={styles.head}>
          {columns.map((title, index) => (
            <div key={title} role="columnheader" className={columnClasses[index]}>
              {title}
            </div>
          ))}
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: rows.length * rowHeight }}>
          {items.map(({ index }) => {
            const row = rows[index]
            if (row === undefined) return null
            return (
              <EventRow
                key={row.id}
                ref={index === activeIndex ? activeRow : undefined}
                row={row}
                rowIndex={index + 2}
                isActive={index === activeIndex}
                isOpen={openId !== undefined && indexes.get(openId) === index}
                isExpanded={expanded.has(groupId(row))}
                style={{ transform: `translateY(${index * rowHeight}px)` }}
                onOpen={() => {
                  setActiveId(row.entry.id)
                  onOpen(row.entry.id)
                }}
                onToggle={toggle}
              />
            )
          })}
        </div>
      </div>
      {props.children}
    </div>
  )
}

/** A collapsed event has the index of the row of its group. */
function indexesOf(rows: readonly Row[]): ReadonlyMap<string, number> {
  const indexes = new Map<string, number>()
  for (const [index, { calls }] of rows.entries())
    for (const { events } of calls) for (const { id } of events) indexes.set(id, index)
  return indexes
}

interface Shown {
  readonly rows: readonly Row[]
  readonly layout: RowLayout
  readonly activeId: string | undefined
}

/** Keeps the visible rows in place when rows appear or disappear above them, or change their height. */
function useStableScroll(
  scroller: { readonly current: HTMLElement | null },
  shown: Shown,
  indexes: ReadonlyMap<string, number>,
): void {
  const shownBefore = useRef(shown)
  useLayoutEffect(() => {
    const { current } = scroller
    const before = shownBefore.current
    shownBefore.current = shown
    if (current === null) return
    const { scrollTop, clientHeight } = current
    const hasNewLayout = before.layout !== shown.layout
    // A person who reads the newest rows wants to see new ones appear.
    if (!hasNewLayout && (before.rows === shown.rows || scrollTop < before.layout.rowHeight)) return
    const topIndex = Math.floor(scrollTop / before.layout.rowHeight)
    const oldActiveIndex = before.rows.findIndex(({ entry }) => entry.id === before.activeId)
    const activeTop = rowTop(oldActiveIndex, before.layout) - scrollTop
    const isActiveVisible = oldActiveIndex >= 0 && activeTop >= 0 && activeTop < clientHeight
    const oldIndex = hasNewLayout && isActiveVisible ? oldActiveIndex : topIndex
    const anchor = before.rows[oldIndex]?.entry.id
    const index = anchor === undefined ? undefined : indexes.get(anchor)
    if (index !== undefined)
      current.scrollTop = stableScrollTop({
        scrollTop,
        index: [oldIndex, index],
        layout: [before.layout, shown.layout],
      })
  }, [scroller, shown, indexes])
}
