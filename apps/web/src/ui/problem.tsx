import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '../api/errors.ts'
import { StepUpCanceled } from '../api/step-up/waiting-calls.ts'
import { Button } from './button.tsx'
import { LoginLink } from './login-link.tsx'
import styles from './problem.module.css'
import { VisibleText } from './visible-text.tsx'

interface ProblemProps {
  readonly error: Error
  /** Tries again. */
  readonly retry?: () => void
  /** A further action that helps. */
  readonly action?: ReactNode
}

/** An error in the gateway's own words: what happened, why, and what to do, with the rule and the request ID. */
export function Problem({ error, retry, action }: ProblemProps) {
  // The person canceled, and nothing changed, so there is nothing to show unless there is an action.
  if (error instanceof StepUpCanceled && !action) return null
  const body = error instanceof ApiError ? error.body : null
  const needsLogin = body?.rule === 'old-login'
  const needsFactor = body?.rule === 'enrollment'
  return (
    <div className={styles.problem} role="alert">
      <TriangleAlert aria-hidden size={16} />
      <div className={styles.text}>
        <p>
          <VisibleText>{error.message}</VisibleText>
        </p>
        {body !== null && (
          <p className={styles.details}>
            Rule <code>{body.rule}</code> · Request ID <code>{body.requestId}</code>
          </p>
        )}
        {(retry !== undefined || action !== undefined || needsLogin || needsFactor) && (
          <div className={styles.actions}>
            {action}
            {needsLogin && <LoginLink />}
            {needsFactor && <a href="/gateway/second-factors">Add a second factor</a>}
            {retry && <Button onPress={retry}>Try again</Button>}
          </div>
        )}
      </div>
    </div>
  )
}
