import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { serverNow } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { useFirstRows } from '../../../ui/lists/use-first-rows.ts'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { canReadAudit, checkpointStatusQuery, noticesQuery } from '../queries/overview-queries.ts'
import styles from './waiting-card.module.css'
import { waitingItems } from './waiting-items.ts'

const firstRows = 6
const noNotices = { secondFactor: null, tokens: [], stepUps: [] }

export function WaitingCard() {
  const me = useMe()
  const checkpoint = useQuery({ ...checkpointStatusQuery, enabled: canReadAudit(me) })
  const notices = useQuery(noticesQuery)
  const items = waitingItems(
    {
      me,
      checkpoint: checkpoint.data ?? null,
      notices: notices.data ?? noNotices,
    },
    serverNow(),
  )
  const { rows, hidesRows, showAll } = useFirstRows(items, firstRows)
  const error = checkpoint.error ?? notices.error
  return (
    <Card title="Waiting for you">
      {error && <Problem error={error} retry={() => void Promise.all([checkpoint.refetch(), notices.refetch()])} />}
      {items.length === 0 && !error && <p className="soft">Nothing waits for you.</p>}
      {items.length > 0 && (
        <ul className={styles.list}>
          {rows.map(({ tone, word, text, at, to, search = {} }) => (
            <li key={`${text} ${at}`} className={styles.item}>
              <Badge tone={tone}>{word}</Badge>
              {to === null ? (
                <VisibleText>{text}</VisibleText>
              ) : (
                <Link to={to} search={search}>
                  <VisibleText>{text}</VisibleText>
                </Link>
              )}
              {at !== undefined && <Time at={at} kind="relative" />}
            </li>
          ))}
        </ul>
      )}
      {hidesRows && (
        <p>
          <Button kind="quiet" onPress={showAll}>
            Show all {items.length}
          </Button>
        </p>
      )}
    </Card>
  )
}
