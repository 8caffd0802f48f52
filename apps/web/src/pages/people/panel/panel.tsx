import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { isMissingItem } from '../../../api/errors/api-error.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { MissingItem } from '../../../ui/problems/missing-item.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import styles from './panel.module.css'

interface PanelProps {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Panel({ title, actions, children }: PanelProps) {
  const { change } = usePeopleSearch()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title])
  return (
    <section className={styles.panel} aria-label={title}>
      <header className={styles.header}>
        <h2 ref={heading} tabIndex={-1}>
          <VisibleText>{title}</VisibleText>
        </h2>
        <Button kind="quiet" aria-label="Close" onPress={() => change({ open: undefined })}>
          <X aria-hidden />
        </Button>
      </header>
      {children}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </section>
  )
}

interface LoadingPanelProps<T> {
  readonly query: { readonly data: T | undefined; readonly error: Error | null; readonly refetch: () => unknown }
  readonly children: (item: T) => ReactNode
}

export function LoadingPanel<T>({ query, children }: LoadingPanelProps<T>) {
  if (query.data !== undefined) return children(query.data)
  return (
    <Panel title={isMissingItem(query.error) ? 'Nothing found' : 'Details'}>
      {isMissingItem(query.error) ? (
        <MissingItem what="There is nothing with this ID. It was removed, or the link is incomplete.">
          <Link to="." search={{}}>
            Show the list
          </Link>
        </MissingItem>
      ) : query.error ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Spinner />
      )}
    </Panel>
  )
}

interface PanelPartProps {
  readonly title: string
  readonly action?: ReactNode
  readonly children: ReactNode
}

export function PanelPart({ title, action, children }: PanelPartProps) {
  return (
    <section className={styles.part} aria-label={title}>
      <header className={styles.header}>
        <h3>{title}</h3>
        {action}
      </header>
      {children}
    </section>
  )
}
