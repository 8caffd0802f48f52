import type { Decisions, PolicyMatrix } from '@rack-gateway/gateway-api'
import { Badge, type Tone } from '../../../ui/status/badge.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import styles from './decision-result.module.css'

type Decision = Decisions['decisions'][number]['decision']

interface DecisionResultProps {
  readonly question: {
    readonly route: PolicyMatrix['routes'][number]
    readonly body: { readonly calls: readonly { readonly app?: string }[] }
  }
  readonly result: Decisions
}

/** If the decision depends on a fact that only the rack knows, shows both possible decisions. */
export function DecisionResult({ question, result }: DecisionResultProps) {
  const app = question.body.calls[0]?.app
  const [outcome] = result.decisions
  if (outcome === undefined) return null
  return (
    <div className={styles.result} aria-live="polite">
      <p>
        <strong>{question.route.summary}</strong> For <VisibleText>{result.caller.name}</VisibleText>
        {result.rack !== '*' && (
          <>
            {' on '}
            <VisibleText>{result.rack}</VisibleText>
          </>
        )}
        {app !== undefined && (
          <>
            , app <VisibleText>{app}</VisibleText>
          </>
        )}
        :
      </p>
      <Outcome when={outcome.when} decision={outcome.decision} />
      {outcome.otherwise && <Outcome when={outcome.otherwise.when} decision={outcome.otherwise.decision} />}
    </div>
  )
}

const words: Readonly<Record<Decision['effect'], { readonly tone: Tone; readonly text: string }>> = {
  allow: { tone: 'allow', text: 'Allowed' },
  deny: { tone: 'deny', text: 'Denied' },
  require: { tone: 'warn', text: 'Requires' },
}

function Outcome({ when, decision }: { readonly when: string | null; readonly decision: Decision }) {
  const { effect, requirement, reason, next, rule, source, permission, roles } = decision
  const { tone, text } = words[effect]
  return (
    <section className={styles.outcome} data-tone={tone} aria-label={text}>
      <p>
        <Badge tone={tone}>{requirement === undefined ? text : `${text} ${requirement}`}</Badge>
        {when !== null && (
          <>
            {' '}
            <VisibleText>{when}</VisibleText>
          </>
        )}
      </p>
      <VisibleText as="p">{reason}</VisibleText>
      {next !== undefined && <VisibleText as="p">{next}</VisibleText>}
      <dl className={styles.facts}>
        <dt>Rule</dt>
        <dd>
          <VisibleText as="code">{rule}</VisibleText>
        </dd>
        <dt>Defined in</dt>
        <dd>
          <PolicySource source={source} />
        </dd>
        <dt>Permission</dt>
        <dd>
          <code>{permission}</code>
        </dd>
        {roles.length > 0 && (
          <>
            <dt>Roles of the caller for this call</dt>
            <dd>
              <VisibleText>{roles.join(', ')}</VisibleText>
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}
