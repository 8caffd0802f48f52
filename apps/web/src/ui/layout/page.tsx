import { type ReactNode, useEffect, useRef } from 'react'
import { VisibleText } from '../text/visible-text.tsx'
import styles from './page.module.css'
import { Row } from './row.tsx'

interface PageProps {
  readonly title: string
  /** Such as breadcrumbs. */
  readonly above?: ReactNode
  readonly summary?: ReactNode
  readonly actions?: ReactNode
  /** Whether the page fills the window, so that a part of it scrolls, such as a long list. */
  readonly fills?: boolean
  readonly children: ReactNode
}

/** The heading takes the focus when the page opens, so that a screen reader begins there. */
export function Page({ title, above, summary, actions, fills = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} – Rack Gateway`
    if (document.activeElement === null || document.activeElement === document.body || isLink(document.activeElement))
      heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <div className={`${styles.page} ${fills ? styles.fills : ''}`}>
      <header className={styles.header}>
        <div className={styles.titles}>
          {above}
          <h1 ref={heading} tabIndex={-1}>
            <VisibleText>{title}</VisibleText>
          </h1>
          {summary !== undefined && <p className={styles.summary}>{summary}</p>}
        </div>
        {actions !== undefined && <Row>{actions}</Row>}
      </header>
      {children}
    </div>
  )
}

/** The heading takes the focus from the link that led here, but not from a field of the page. */
function isLink(element: Element): boolean {
  return element.tagName === 'A'
}
