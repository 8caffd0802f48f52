import type { ResponseOf } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import styles from './trusts.module.css'

type Result = ResponseOf<'testTrusts'>

export function ClaimResult({ result }: { readonly result: Result }) {
  // The text of the result already contains the check that decided.
  const failed = result.checks.filter(({ passed, text }) => !passed && !result.text.includes(text))
  return (
    <Stack as="section" gap={3} aria-label="Result" aria-live="polite">
      <div className={styles.check}>
        <Badge tone={result.admitted ? 'allow' : 'deny'}>{result.admitted ? 'Admitted' : 'Denied'}</Badge>
        <VisibleText as="p">{result.text}</VisibleText>
      </div>
      {failed.length > 0 && (
        <Stack as="ul" gap={2}>
          {failed.map(({ check, text }) => (
            <li key={check} className={styles.check}>
              <Badge tone="deny">Not met</Badge>
              <VisibleText>{text}</VisibleText>
            </li>
          ))}
        </Stack>
      )}
      {result.trusts.map((trust) => (
        <TrustResult key={trust.id} trust={trust} />
      ))}
      {result.more > 0 && (
        <p className="hint">
          {result.more} more {result.more === 1 ? 'trust does' : 'trusts do'} not match.
        </p>
      )}
    </Stack>
  )
}

function TrustResult({ trust }: { readonly trust: Result['trusts'][number] }) {
  const { id, name, matches, text, conditions } = trust
  return (
    <details className={styles.trust} open>
      <summary>
        <Badge tone={matches ? 'allow' : 'deny'}>{matches ? 'Matches' : 'Does not match'}</Badge>{' '}
        <VisibleText as="strong">{name}</VisibleText>
      </summary>
      {text !== null && <VisibleText as="p">{text}</VisibleText>}
      <Stack as="ul" gap={2}>
        {conditions.map((condition) => (
          <li key={condition.text} className={styles.check}>
            <Badge tone={condition.met ? 'allow' : 'deny'}>{condition.met ? 'Met' : 'Not met'}</Badge>
            <span>
              <VisibleText as="code">{condition.claim}</VisibleText> <VisibleText>{condition.expected}</VisibleText>
              {!condition.met && <ActualValue value={condition.found} />}
            </span>
          </li>
        ))}
      </Stack>
      <p>
        <Link to="/people/trusts" search={{ open: id }}>
          Open the trust
        </Link>
      </p>
    </details>
  )
}

function ActualValue({ value }: { readonly value: string | null }) {
  return (
    <span className="hint">
      {' but is '}
      {value === null ? 'missing' : <VisibleText>{value}</VisibleText>}
    </span>
  )
}
