import { type ResultKind, resultKinds, resultWords } from '../list/event-facts.ts'
import styles from './result-pattern.module.css'

/** SVG paths on a tile of 6 × 6 px. They distinguish the results for people who do not see the colors. */
const lines: Readonly<Record<ResultKind, string>> = {
  denied: 'M-1 7 7 -1M-4 4 4 -4M2 10 10 2',
  required: 'M1 1h2v2h-2zM4 4h2v2h-2z',
  failed: 'M1 0v6M4 0v6',
  allowed: '',
  none: 'M3 2h1v2h-1z',
}

export function fillOf(result: ResultKind): string {
  return `url(#audit-result-${result})`
}

/** The patterns that {@link fillOf} refers to. A document needs them once. */
export function ResultPatterns() {
  return (
    <defs>
      {resultKinds.map((result) => (
        <pattern key={result} id={`audit-result-${result}`} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect className={styles[resultWords[result].tone]} width="6" height="6" />
          <path className={styles.lines} d={lines[result]} />
        </pattern>
      ))}
    </defs>
  )
}

export function ResultSwatch({ result }: { readonly result: ResultKind }) {
  return (
    <svg className={styles.swatch} width="12" height="12" aria-hidden="true">
      <rect width="12" height="12" rx="2" fill={fillOf(result)} />
    </svg>
  )
}
