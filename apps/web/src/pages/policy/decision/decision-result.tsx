import type { Decisions, PolicyMatrix } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { RuleLink } from '../../../ui/denials/rule-link.tsx'
import { RuleSource } from '../../../ui/denials/rule-source.tsx'
import { WayOnward } from '../../../ui/denials/way-onward.tsx'
import { wouldBeWords } from '../../../ui/observe-mode/would-be-badge.tsx'
import { Badge, type Tone } from '../../../ui/status/badge.tsx'
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
  const place = { rack: result.rack === '*' ? undefined : result.rack, app }
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
      <Outcome when={outcome.when} decision={outcome.decision} place={place} />
      {outcome.otherwise && (
        <Outcome when={outcome.otherwise.when} decision={outcome.otherwise.decision} place={place} />
      )}
    </div>
  )
}

const words: Readonly<Record<Decision['effect'], { readonly tone: Tone; readonly text: string }>> = {
  allow: { tone: 'allow', text: 'Allowed' },
  deny: { tone: 'deny', text: 'Denied' },
  require: { tone: 'warn', text: 'Requires' },
}

/** Only observe mode allows the call, so the decision of the policy is the one to know. */
function wordsOf({ effect, requirement, wouldBe }: Decision): { readonly tone: Tone; readonly text: string } {
  if (wouldBe !== undefined) return { tone: 'warn', text: 'Allowed in observe mode' }
  const { tone, text } = words[effect]
  return { tone, text: requirement === undefined ? text : `${text} ${requirement}` }
}

interface OutcomeProps {
  readonly when: string | null
  readonly decision: Decision
  /** Undefined members: everywhere. */
  readonly place: { readonly rack?: string | undefined; readonly app?: string | undefined }
}

function Outcome({ when, decision, place }: OutcomeProps) {
  const { wouldBe, permission, roles } = decision
  const { tone, text } = wordsOf(decision)
  // In observe mode, the reason and the rule of the policy are shown, and not those of observe mode.
  const { effect, reason, next, rule, source } = wouldBe ?? decision
  const facts = { rule, source, permission }
  return (
    <section className={styles.outcome} data-tone={tone} aria-label={text}>
      <p>
        <Badge tone={tone}>{text}</Badge>
        {when !== null && (
          <>
            {' '}
            <VisibleText>{when}</VisibleText>
          </>
        )}
      </p>
      {wouldBe !== undefined && (
        <p>
          <strong>{wouldBeWords[wouldBe.effect]} when the policy is enforced:</strong>
        </p>
      )}
      <VisibleText as="p">{reason}</VisibleText>
      {next !== undefined && <VisibleText as="p">{next}</VisibleText>}
      {effect === 'deny' && <WayOnward facts={facts} rack={place.rack} app={place.app} hasRemedy />}
      <dl className={styles.facts}>
        <dt>Rule</dt>
        <dd>
          <RuleLink facts={facts}>
            <VisibleText as="code">{rule}</VisibleText>
          </RuleLink>
        </dd>
        <dt>Defined in</dt>
        <dd>
          <RuleSource facts={facts} />
        </dd>
        <dt>Permission</dt>
        <dd>
          <Link to="/policy" search={{ tab: 'matrix', permission }}>
            <code>{permission}</code>
          </Link>
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
