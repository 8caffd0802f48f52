import type { StepUp } from '@rack-gateway/gateway-api'
import { isAttachedRun } from '@rack-gateway/gateway-api/event-subject'
import { callText } from '../../second-factor/call-text.ts'
import { validityText } from '../../second-factor/validity-text.ts'
import { Card } from '../../ui/layout/card.tsx'
import { Stack } from '../../ui/layout/stack.tsx'
import { Facts } from '../../ui/lists/facts.tsx'
import { deviceName } from '../../ui/text/device-name.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { Time } from '../../ui/time/time.tsx'
import styles from './step-up.module.css'

export function Request({ stepUp }: { readonly stepUp: StepUp }) {
  const { user, calls, device, client, address, createdAt } = stepUp
  return (
    <Card title="The request">
      <Facts
        facts={[
          ['Account', user.email],
          ['Action', <Calls calls={calls} />],
          ['Device', deviceName(device)],
          ['Program', client === null ? 'Unknown' : client],
          ['Address', address],
          [
            'Time',
            <>
              <Time at={createdAt} /> (<Time at={createdAt} kind="relative" />)
            </>,
          ],
          ['Valid', proofValidity(stepUp)],
        ]}
      />
    </Card>
  )
}

type Call = StepUp['calls'][number]

const maxListed = 50

function Calls({ calls }: Pick<StepUp, 'calls'>) {
  if (calls.length === 0) return 'Any action that needs a recent proof'
  return (
    <Stack as="ul" gap={2}>
      {calls.slice(0, maxListed).map((call, index) => (
        <li key={`${index}`}>
          <VisibleText as="strong">{callText(call)}</VisibleText>
          {isAttachedRun(call) ? <AttachedRun calls={calls} /> : <Command words={call.command} />}
          <PlannedDetails {...call} />
        </li>
      ))}
      {calls.length > maxListed && <li>And {calls.length - maxListed} more calls of the same command</li>}
    </Stack>
  )
}

function Command({ words }: { readonly words: readonly string[] | null }) {
  if (words === null) return null
  return (
    <code className={styles.command}>
      <VisibleText>{words.join(' ')}</VisibleText>
    </code>
  )
}

/** The command of an attached run is in a later call. */
function AttachedRun({ calls }: Pick<StepUp, 'calls'>) {
  const isKnown = calls.some((call) => call.command !== null && !isAttachedRun(call))
  return (
    <div className={styles.details}>
      {isKnown
        ? 'Starts the process for the command below.'
        : 'This request does not contain the command: the program sends it after the process has started. The policy decides about the command then.'}
    </div>
  )
}

/** What the proof of a command does and does not fix about one of its calls. */
function PlannedDetails({
  parameters,
  otherParameters,
  times,
}: Pick<Call, 'parameters' | 'otherParameters' | 'times'>) {
  const notes = [
    ...(otherParameters ? ['with parameters that only the program knows'] : []),
    ...(times === null ? ['as often as the command needs it'] : times > 1 ? [`${times} times`] : []),
  ]
  if (parameters.length === 0 && notes.length === 0) return null
  return (
    <div className={styles.details}>
      {parameters.map(({ name, value }, index) => (
        <div key={`${index}`} className={styles.parameter}>
          <VisibleText>{name}</VisibleText>:{' '}
          {value === null ? 'chosen by the command' : <VisibleText as="code">{value}</VisibleText>}
        </div>
      ))}
      {notes.map((note) => (
        <span key={note}>{note}</span>
      ))}
    </div>
  )
}

function proofValidity(stepUp: StepUp): string {
  if (stepUp.withinSeconds !== null)
    return `${capitalized(validityText(stepUp))}, for every action of the same session that needs a proof`
  if (stepUp.level === 'command') return 'For this command, for an hour at most'
  return stepUp.delivery === 'response' ? 'Once, for this action' : `Once, for this action. ${unknownCommand}`
}

/** The stock CLI sends only its calls. */
const unknownCommand =
  'The gateway does not know which command it belongs to. Another action of the same command can ask again.'

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
