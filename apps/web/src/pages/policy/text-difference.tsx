import { useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/card.tsx'
import { VisibleText } from '../../ui/visible-text.tsx'
import { diffLines } from './diff-lines.ts'
import { policyQuery } from './policy-queries.ts'
import styles from './text-difference.module.css'

const signs = { added: '+', removed: '−', same: ' ' } as const
const words = { added: 'Added: ', removed: 'Removed: ', same: '' } as const

/** The changed lines of the document in force, with some around them. */
export function TextDifference({ proposed }: { readonly proposed: string }) {
  const { data } = useQuery(policyQuery)
  if (data === undefined) return null
  if (data.text === null)
    return (
      <Card title="Changed lines">
        <p>The built-in policy is in force, so there is no document to compare with.</p>
      </Card>
    )
  const hunks = diffLines(data.text, proposed)
  return (
    <Card title="Changed lines">
      {hunks === null && <p>The documents differ too much to compare their lines.</p>}
      {hunks?.length === 0 && <p>No line is different.</p>}
      {hunks?.map(({ start, lines }) => (
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
      ))}
    </Card>
  )
}
