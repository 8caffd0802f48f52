import { Badge } from '../../../../ui/badge.tsx'
import { Button } from '../../../../ui/button.tsx'
import { Problem } from '../../../../ui/problem.tsx'
import { SlowNotice } from '../../../../ui/slow-notice.tsx'
import { Spinner } from '../../../../ui/spinner.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import type { LogState } from './log-stream.ts'
import styles from './logs.module.css'

interface LogConnectionProps {
  readonly rack: string
  readonly log: LogState & { readonly resume: () => void }
}

/** Whether new lines arrive, and if not, why. */
export function LogConnection({ rack, log }: LogConnectionProps) {
  const { connection, error, reason, resume } = log
  switch (connection) {
    case 'opening':
      return (
        <p className={styles.connection}>
          <Spinner label="Opening the log" /> <SlowNotice rack={rack} />
        </p>
      )
    case 'open':
      return (
        <p className={styles.connection}>
          <Badge tone="allow">Live</Badge>
        </p>
      )
    case 'ended':
      return (
        <p className={styles.connection} role="status">
          <Badge tone="warn">Ended</Badge>
          <span>{reason === null ? 'The log ended.' : <VisibleText>{reason}</VisibleText>}</span>
          <Button onPress={resume}>Resume</Button>
        </p>
      )
    case 'failed':
      return error && <Problem error={error} retry={resume} />
  }
}
