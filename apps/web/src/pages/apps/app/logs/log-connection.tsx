import { Badge } from '../../../../ui/badge.tsx'
import { Button } from '../../../../ui/button.tsx'
import { Problem } from '../../../../ui/problem.tsx'
import { SlowNotice } from '../../../../ui/slow-notice.tsx'
import { Spinner } from '../../../../ui/spinner.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import type { LogState } from './log-stream.ts'
import styles from './logs.module.css'

/** Whether new lines arrive. */
export function LogBadge({ connection }: Pick<LogState, 'connection'>) {
  switch (connection) {
    case 'opening':
      return <Spinner label="Opening the log" />
    case 'open':
      return <Badge tone="allow">Live</Badge>
    case 'ended':
      return <Badge tone="warn">Ended</Badge>
    case 'failed':
      return <Badge tone="deny">Not opened</Badge>
  }
}

interface LogNoticeProps {
  readonly rack: string
  readonly log: LogState & { readonly resume: () => void }
}

/** Why no new lines arrive, and what the person can do. */
export function LogNotice({ rack, log }: LogNoticeProps) {
  const { connection, error, reason, resume } = log
  switch (connection) {
    case 'opening':
      return <SlowNotice rack={rack} />
    case 'open':
      return null
    case 'ended':
      return (
        <p className={styles.connection} role="status">
          <span>{reason === null ? 'The log ended.' : <VisibleText>{reason}</VisibleText>}</span>
          <Button onPress={resume}>Resume</Button>
        </p>
      )
    case 'failed':
      return error && <Problem error={error} retry={resume} />
  }
}
