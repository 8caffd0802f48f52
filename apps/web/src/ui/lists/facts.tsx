import type { ReactNode } from 'react'
import { visibleContent } from '../text/visible-text.tsx'
import styles from './facts.module.css'

interface FactsProps {
  readonly facts: readonly (readonly [string, ReactNode] | null)[]
  /** Whether the column of the names is wide. */
  readonly isWide?: boolean
}

/** A string value is shown with `VisibleText`. */
export function Facts({ facts, isWide = false }: FactsProps) {
  return (
    <dl className={styles.facts} data-wide={isWide}>
      {facts.map(
        (fact) =>
          fact !== null && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{visibleContent(fact[1])}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
