import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '../../api/errors/api-error.ts'
import { StepUpCanceled } from '../../api/step-up/waiting-calls.ts'
import { Button } from '../controls/button.tsx'
import { RuleLink } from '../denials/rule-link.tsx'
import { WayOnward } from '../denials/way-onward.tsx'
import { LoginLink } from '../navigation/login-link.tsx'
import { VisibleText } from '../text/visible-text.tsx'
import styles from './problem.module.css'

interface ProblemProps {
  readonly error: Error
  readonly retry?: () => void
  readonly action?: ReactNode
}

export function Problem({ error, retry, action }: ProblemProps) {
  // The person knows that they canceled, so the error is shown only together with an action.
  if (error instanceof StepUpCanceled && !action) return null
  const body = error instanceof ApiError ? error.body : null
  const scope = error instanceof ApiError ? error.scope : {}
  const needsLogin = body?.rule === 'old-login'
  const needsFactor = body?.rule === 'enrollment'
  return (
    <div className={styles.problem} role="alert">
      <TriangleAlert aria-hidden size={16} />
      <div className={styles.text}>
        <VisibleText as="p">{error.message}</VisibleText>
        {body !== null && (
          <p className="hint">
            Rule{' '}
            {needsFactor ? (
              <code>{body.rule}</code>
            ) : (
              <RuleLink facts={body}>
                <code>{body.rule}</code>
              </RuleLink>
            )}{' '}
            · Request ID <code>{body.requestId}</code>
          </p>
        )}
        {body?.permission !== undefined && <WayOnward facts={body} {...scope} hasRemedy />}
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
