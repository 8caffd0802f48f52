import { Badge } from '../../ui/status/badge.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './check-list.module.css'
import { type Check, checkState, checksByState } from './checks.ts'

export function CheckList({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <ul className={styles.list}>
      {checksByState(checks).map((check) => {
        const { tone, word } = checkState(check)
        return (
          <li key={check.name} className={styles.check}>
            <span>
              <Badge tone={tone}>{word}</Badge>
            </span>
            <strong className={styles.name}>{check.name}</strong>
            <div className={styles.text}>
              <p className="soft">
                <VisibleText>{check.detail}</VisibleText>
              </p>
              {check.remedy !== null && <VisibleText as="p">{check.remedy}</VisibleText>}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
