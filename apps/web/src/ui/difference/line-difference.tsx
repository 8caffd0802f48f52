import { VisibleText } from '../text/visible-text.tsx'
import { diffLines } from './diff-lines.ts'
import styles from './line-difference.module.css'

const signs = { added: '+', removed: '−', same: ' ' } as const
const words = { added: 'Added: ', removed: 'Removed: ', same: '' } as const

/** The overview must not import this component: the library `diff` would make the first load of the console larger. */
export function LineDifference({ before, after }: { readonly before: string; readonly after: string }) {
  const hunks = diffLines(before, after)
  if (hunks === null) return <p>The texts differ too much to compare their lines.</p>
  if (hunks.length === 0) return <p>No line is different.</p>
  return hunks.map(({ start, lines }) => (
    <ol key={start} className={styles.hunk} aria-label={`Changes from line ${start}`}>
      {lines.map(({ kind, text, number }, index) => (
        <li key={`${index}`} className={styles[kind]}>
          <span className={styles.number}>{number}</span>
          <span aria-hidden>{signs[kind]}</span>
          <code>
            {words[kind] !== '' && <span className="visually-hidden">{words[kind]}</span>}
            <VisibleText>{text}</VisibleText>
          </code>
        </li>
      ))}
    </ol>
  ))
}
