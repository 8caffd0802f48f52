import { getRouteApi, useLocation } from '@tanstack/react-router'
import { type KeyboardEvent, type MouseEvent, memo, useEffect, useMemo } from 'react'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { hasHiddenCharacters, VisibleText } from '../../../ui/text/visible-text.tsx'
import styles from './document-lines.module.css'
import { type Token, yamlLines } from './yaml-lines.ts'

const route = getRouteApi('/policy')

/** Each line has an anchor such as `#L42`. The line that the address names is marked and in view. */
export function DocumentLines({ text, name }: { readonly text: string; readonly name: string }) {
  const lines = useMemo(() => yamlLines(text), [text])
  const hash = useLocation({ select: ({ hash }) => hash })
  const markedLine = lineOf(hash, lines.length)
  useEffect(() => {
    if (markedLine !== null) bringIntoView(document.getElementById(`L${markedLine}`))
  }, [markedLine])
  const navigate = route.useNavigate()

  /** Prevents the navigation of the browser, which would take the focus from the line number. */
  function follow(event: MouseEvent) {
    const link = (event.target as Element).closest('a')
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    void navigate({ search: true, hash: link.hash.slice(1), hashScrollIntoView: false })
  }

  return (
    <section aria-label={`The lines of ${name}`} className={styles.document}>
      <div className={styles.bar}>
        {markedLine === null ? (
          <p className="soft">Select a line number to get a link to that line.</p>
        ) : (
          <>
            <p>
              Line {markedLine} of <VisibleText>{name}</VisibleText>
            </p>
            <CopyButton text={location.href} what={`The link to line ${markedLine}`} label="Copy link" />
          </>
        )}
      </div>
      <ol className={styles.lines} onClick={follow} onKeyDown={moveFocus}>
        {lines.map((tokens, index) => (
          <Line
            key={`${index}`}
            number={index + 1}
            tokens={tokens}
            isMarked={markedLine === index + 1}
            isTabStop={(markedLine ?? 1) === index + 1}
          />
        ))}
      </ol>
    </section>
  )
}

/** The line of an address such as `L42`; null if the document has no such line. */
function lineOf(hash: string, lineCount: number): number | null {
  const line = /^L([1-9]\d{0,6})$/.exec(hash)?.[1]
  return line !== undefined && Number(line) <= lineCount ? Number(line) : null
}

interface LineProps {
  readonly number: number
  readonly tokens: readonly Token[]
  readonly isMarked: boolean
  /** Only one line is a tab stop. The arrow keys reach the others. */
  readonly isTabStop: boolean
}

const Line = memo(function Line({ number, tokens, isMarked, isTabStop }: LineProps) {
  return (
    <li id={`L${number}`} className={styles.line} data-marked={isMarked}>
      <a
        href={`#L${number}`}
        className={styles.number}
        tabIndex={isTabStop ? 0 : -1}
        aria-label={`Line ${number}`}
        aria-current={isMarked ? 'location' : undefined}
      >
        {number}
      </a>
      <code className={styles.code}>
        {tokens.map(({ text, kind }, index) => {
          const shown = hasHiddenCharacters(text) ? <VisibleText key={`${index}`}>{text}</VisibleText> : text
          if (kind === 'plain') return shown
          return (
            <span key={`${index}`} className={styles[kind]}>
              {shown}
            </span>
          )
        })}
      </code>
    </li>
  )
})

function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
  const down = event.key === 'ArrowDown'
  if (!down && event.key !== 'ArrowUp') return
  const line = document.activeElement?.closest('li')
  const next = down ? line?.nextElementSibling : line?.previousElementSibling
  event.preventDefault()
  next?.querySelector('a')?.focus()
}

/** A line that is in view stays where it is. */
function bringIntoView(line: HTMLElement | null): void {
  if (line === null) return
  const { top, bottom } = line.getBoundingClientRect()
  if (top < 0 || bottom > window.innerHeight) line.scrollIntoView({ block: 'center' })
}
