import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import type { KeyDifference } from './env-difference.ts'
import type { Variable } from './env-text.ts'
import styles from './key-differences.module.css'

const signs = { added: '+', removed: '−', changed: '~' } as const
const words = { added: 'Added: ', removed: 'Removed: ', changed: 'Changed: ' } as const

export function KeyDifferences({ differences }: { readonly differences: readonly KeyDifference[] }) {
  const unknown = differences.filter(({ kind }) => kind === 'unknown')
  return (
    <>
      {unknown.length === differences.length ? (
        <p>No visible value is different.</p>
      ) : (
        <ul className={styles.keys} aria-label="Changed keys">
          {differences.map(
            ({ key, kind, before, after }) =>
              kind !== 'unknown' && (
                <li key={key} className={styles[kind]}>
                  <span aria-hidden>{signs[kind]}</span>
                  <code>
                    <span className="visually-hidden">{words[kind]}</span>
                    <VisibleText>{key}</VisibleText>
                  </code>
                  <span className={styles.values}>
                    {before !== null && <Value variable={before} />}
                    {kind === 'changed' && (
                      <>
                        <span aria-hidden> → </span>
                        <span className="visually-hidden"> becomes </span>
                      </>
                    )}
                    {after !== null && <Value variable={after} />}
                  </span>
                </li>
              ),
          )}
        </ul>
      )}
      {unknown.length > 0 && (
        <p className={styles.unknown}>
          Hidden in both, so not compared: <VisibleText>{unknown.map(({ key }) => key).join(', ')}</VisibleText>.
        </p>
      )}
    </>
  )
}

function Value({ variable: { value, isMasked } }: { readonly variable: Variable }) {
  if (isMasked) return <em>hidden</em>
  if (value === '') return <em>empty</em>
  return <VisibleText as="code">{value}</VisibleText>
}
