import { useVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef } from 'react'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import type { LogLine } from './log-lines.ts'
import styles from './log-view.module.css'

interface LogViewProps {
  readonly lines: readonly LogLine[]
  /** The text to mark in each line. */
  readonly searchText: string
  readonly isWrapped: boolean
  /** Whether the last line stays in view. */
  readonly isFollowing: boolean
  readonly onScrollUp: () => void
}

/** The height of a line that is not wrapped, in pixels. */
const lineHeight = 20

export function LogView({ lines, searchText, isWrapped, isFollowing, onScrollUp }: LogViewProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const scrolledTo = useRef(0)
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => lines[index]?.number ?? index,
    estimateSize: () => lineHeight,
    overscan: 20,
  })
  // Measured heights are wrong after wrapping is turned on or off.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, isWrapped])
  const size = virtualizer.getTotalSize()
  // New lines, and lines of another height, move the end.
  useLayoutEffect(() => {
    if (isFollowing && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [isFollowing, lines, size])

  function onScroll() {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = scroller.current ?? {}
    const isAtEnd = scrollTop + clientHeight >= scrollHeight - lineHeight
    if (isFollowing && scrollTop < scrolledTo.current && !isAtEnd) onScrollUp()
    scrolledTo.current = scrollTop
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and a section would be one of too many landmarks
    <div
      ref={scroller}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable with the keyboard
      tabIndex={0}
      aria-label="Log lines"
      className={styles.scroller}
      onScroll={onScroll}
    >
      <div className={styles.lines} data-wrapped={isWrapped} style={{ height: size }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => (
          <div
            key={key}
            ref={isWrapped ? virtualizer.measureElement : undefined}
            data-index={index}
            className={styles.line}
            style={{ transform: `translateY(${start}px)` }}
          >
            <MarkedText text={lines[index]?.text ?? ''} searchText={searchText} />
          </div>
        ))}
      </div>
    </div>
  )
}

function MarkedText({ text, searchText }: { readonly text: string; readonly searchText: string }) {
  return partsOf(text, searchText).map(({ start, part, isMarked }) =>
    isMarked ? (
      <mark key={start}>
        <VisibleText>{part}</VisibleText>
      </mark>
    ) : (
      <VisibleText key={start}>{part}</VisibleText>
    ),
  )
}

interface Part {
  readonly start: number
  readonly part: string
  readonly isMarked: boolean
}

/** Limits the elements of a line with many occurrences. Occurrences after the limit are not marked. */
const maxParts = 100

function partsOf(text: string, searchText: string): readonly Part[] {
  const [lower, lowerSearchText] = [text.toLowerCase(), searchText.toLowerCase()]
  // `toLowerCase` can change the length of a text. Then positions in the lower-case text are wrong for the text itself.
  if (searchText === '' || lower.length !== text.length) return [{ start: 0, part: text, isMarked: false }]
  const parts: Part[] = []
  let start = 0
  for (let found = lower.indexOf(lowerSearchText); found >= 0; found = lower.indexOf(lowerSearchText, start)) {
    if (parts.length >= maxParts) break
    if (found > start) parts.push({ start, part: text.slice(start, found), isMarked: false })
    start = found + lowerSearchText.length
    parts.push({ start: found, part: text.slice(found, start), isMarked: true })
  }
  if (start < text.length) parts.push({ start, part: text.slice(start), isMarked: false })
  return parts
}
