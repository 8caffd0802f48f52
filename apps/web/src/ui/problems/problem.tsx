import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError, NoResponse } from '../../api/errors/api-error.ts'
import { useUnreachableSince } from '../../api/errors/reachability.ts'
import { StepUpCanceled } from '../../api/step-up/waiting-calls.ts'
import { Button } from '../controls/button.tsx'
import { RuleLink } from '../denials/rule-link.tsx'
import { WayOnward } from '../denials/way-onward.tsx'
import { Row } from '../layout/row.tsx'
import { LoginLink } from '../navigation/login-link.tsx'
import { VisibleText } from '../text/visible-text.tsx'
import { Time } from '../time/time.tsx'
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
        {error instanceof NoResponse && <UnreachableSince />}
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
          <Row>
            {action}
            {needsLogin && <LoginLink />}
            {needsFactor && <a href={addFactorAddress()}>Add a second factor</a>}
            {retry && <Button onPress={retry}>Try again</Button>}
          </Row>
        )}
      </div>
    </div>
  )
}

/** The page then leads back to the current one. */
function addFactorAddress(): string {
  return `/gateway/second-factors?${new URLSearchParams({ from: `${location.pathname}${location.search}` })}`
}

function UnreachableSince() {
  const since = useUnreachableSince()
  if (since === null) return null
  return (
    <p className="hint">
      Not reachable since <Time at={since} />
    </p>
  )
}
