import { Button } from '../../../../ui/controls/button.tsx'
import { Problem } from '../../../../ui/problems/problem.tsx'
import { SlowNotice } from '../../../../ui/problems/slow-notice.tsx'
import { Badge } from '../../../../ui/status/badge.tsx'
import { Spinner } from '../../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import type { LogState } from './log-stream.ts'
import styles from './logs.module.css'

export function LogBadge({ log, build }: Pick<LogNoticeProps, 'build'> & { readonly log: LogState }) {
  switch (log.connection) {
    case 'opening':
      return <Spinner label="Opening the log" />
    case 'open':
      return <Badge tone="allow">Live</Badge>
    case 'ended':
      return <Badge tone={canContinue(log, build) ? 'warn' : 'neutral'}>Ended</Badge>
    case 'failed':
      return <Badge tone="deny">Not opened</Badge>
  }
}

interface LogNoticeProps {
  readonly rack: string
  readonly log: LogState & { readonly resume: () => void }
  /** Null if the log is not the log of a build. */
  readonly build: LogOfBuild | null
}

/** The log of a build ends when the build ends. */
export interface LogOfBuild {
  /** Whether the build had ended when the page loaded. */
  readonly hasEnded: boolean
}

export function LogNotice({ rack, log, build }: LogNoticeProps) {
  const { connection, error, reason, resume } = log
  switch (connection) {
    case 'opening':
      return <SlowNotice rack={rack} />
    case 'open':
      return null
    case 'ended':
      return (
        <p className={styles.connection} role="status">
          <span>{reason === null ? endText(build) : <VisibleText>{reason}</VisibleText>}</span>
          {canContinue(log, build) && <Button onPress={resume}>Resume</Button>}
        </p>
      )
    case 'failed':
      return error && <Problem error={error} retry={resume} />
  }
}

function endText(build: LogOfBuild | null): string {
  if (build === null) return 'The log ended.'
  return build.hasEnded
    ? 'This is the end of the log.'
    : 'The log has ended with the build. Refresh the page to see its result.'
}

/**
 * If the gateway ends the log before the build ends, it gives a reason. The last line in the log of an ended build can
 * look like such a reason.
 */
function canContinue({ isBrokenOff, reason }: LogState, build: LogOfBuild | null): boolean {
  return build === null || isBrokenOff || (reason !== null && !build.hasEnded)
}
