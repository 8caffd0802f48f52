import type { ReactNode } from 'react'
import styles from './facts.module.css'
import { visibleContent } from './visible-text.tsx'

/** `VisibleText` shows a value that is a text. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <dl className={styles.facts}>
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
