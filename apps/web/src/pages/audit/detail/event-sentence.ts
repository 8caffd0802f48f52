import type { AuditEvent } from '@rack-gateway/gateway-api'
import { methodName } from '../../../second-factor/method-names.ts'
import { timeOfDay } from '../../../ui/time/time.tsx'
import type { TimeZone } from '../../../ui/time/time-zone.ts'
import { actorOf, type ClientType, isCall, resultOf, subjectOf } from '../list/event-facts.ts'

const clientPhrases: Readonly<Record<ClientType, string>> = {
  browser: ' in a browser',
  'web-console': ' in the web console',
  'management-api': ' through the management API',
  cli: ' with the CLI',
  console: ' with the stock CLI',
  token: ' with an API token',
  job: ' in a CI job',
  gateway: '',
  nobody: ' without a valid credential',
}

export function eventSentence(event: AuditEvent, zone: TimeZone): string {
  const { proof, decision } = event
  const sentence = sentenceWithoutProof(event)
  const proved = proof === undefined ? sentence : `${sentence.replace(/\.$/, '')}, ${proofText(proof, zone)}.`
  return decision?.wouldBe === undefined ? proved : `${proved} ${observedSentences[decision.wouldBe.effect]}`
}

const observedSentences = {
  deny: 'Observe mode allowed it. The policy would deny it.',
  require: 'Observe mode allowed it. The policy would require a proof of a second factor.',
} as const

/** Such as `proved with a passkey at 14:03`. */
export function proofText({ method, at }: NonNullable<AuditEvent['proof']>, zone: TimeZone): string {
  const time = Date.parse(at)
  return `proved with ${methodName(method)} at ${Number.isNaN(time) ? at : timeOfDay(time, zone)}`
}

function sentenceWithoutProof(event: AuditEvent): string {
  const { kind, count, status } = event
  const actor = actorOf(event)
  const name = actor.clientType === 'gateway' ? 'The gateway' : actor.name
  if (kind === 'refused')
    return `The gateway denied ${count === undefined || count === 1 ? 'a request' : `${count} requests`} from ${actor.name}${clientPhrases[actor.clientType]}.`
  if (kind === 'outcome.unknown')
    return `The gateway does not know how this call ended${event.close === undefined ? '' : `: ${event.close}`}.`
  const passive = passiveSentences[kind]
  if (passive !== undefined) return passive(name, event)
  if (!isCall(kind)) return `${name}${actions[kind] ?? ` caused the event ${kind}`}${subjectPhrase(event)}.`
  const operation = event.permission ?? event.route ?? event.path ?? 'an unknown operation'
  const call = `${operation}${onTarget(event)}${clientPhrases[actor.clientType]}`
  switch (resultOf(event)) {
    case 'denied':
      return `${name} was denied ${call}${event.sent === false ? ', before it was sent' : ''}.`
    case 'required':
      return `${name} asked for ${call}, which needs step-up or approval first.`
    case 'failed':
      return `${name} used ${call}, and it failed with the status ${status}.`
    default:
      return `${name} ${verbs[kind] ?? 'used'} ${call}.`
  }
}

const verbs: Readonly<Record<string, string>> = {
  intent: 'was about to use',
  opened: 'opened a stream with',
  closed: 'ended a stream or transfer with',
}

function onTarget({ rack, app, command }: AuditEvent): string {
  const run = command === undefined ? '' : ` (${command.join(' ')})`
  if (rack === undefined) return run
  return `${run} on ${app === undefined ? rack : `${rack}/${app}`}`
}

function subjectPhrase(event: AuditEvent): string {
  const subject = namedSubject(event)
  return subject === '' || subject === event.principal?.name ? '' : `: ${subject}`
}

/** @returns an empty text if the subject has only an ID; the fields below the sentence show the ID */
function namedSubject(event: AuditEvent): string {
  const { kind, detail = {} } = event
  if (kind === 'environment.changed') return `${detail.key ?? ''}`
  const isNamed =
    kind.startsWith('binding.') || ['name', 'email', 'problems'].some((member) => Object.hasOwn(detail, member))
  return isNamed ? subjectOf(event) : ''
}

/** Events that the principal did not cause. */
const passiveSentences: Readonly<Record<string, (name: string, event: AuditEvent) => string>> = {
  'session.superseded-token': (name) =>
    `A session token of ${name} was used, although a newer one had replaced it. The token may be stolen.`,
  'policy.observe-ended': (_, { detail = {} }) => `Observe mode ended, and the policy is enforced on ${detail.racks}.`,
  'policy.modes-differ': () => 'The processes of the gateway differ in the racks that they observe.',
  'rack.rejects-gateway': (_, { rack }) => `The rack ${rack} rejects the gateway's password.`,
  'rack.accepts-gateway': (_, { rack }) => `The rack ${rack} accepts the gateway's password again.`,
  'recording.gap': (name) => `A part of a session of ${name} is missing in its recording.`,
}

/** What the principal did, for events that are not calls to a rack. */
const actions: Readonly<Record<string, string>> = {
  'login.succeeded': ' logged in',
  'login.failed': ' could not log in',
  'cli-login.approved': ' allowed a login of the CLI',
  'cli-login.denied': ' denied a login of the CLI',
  'cli-login.redeemed': ' logged in with the CLI',
  'cli-login.refused': ' tried a login of the CLI that the gateway denied',
  'user.created': ' created a user',
  'user.changed': ' changed a user',
  'user.locked': ' locked a user',
  'user.unlocked': ' unlocked a user',
  'session.issued': ' started a session',
  'session.renewed': ' renewed a session',
  'session.ended': ' ended a session',
  'token.issued': ' created an API token',
  'token.rotated': ' rotated an API token',
  'token.revoked': ' revoked an API token',
  'token.owner-changed': ' changed the owner of an API token',
  'service-account.created': ' created a service account',
  'service-account.disabled': ' disabled a service account',
  'service-account.enabled': ' enabled a service account',
  'invitation.created': ' invited a person',
  'invitation.revoked': ' revoked an invitation',
  'invitation.redeemed': ' accepted an invitation',
  'invitation.denied': ' got no roles from an invitation, because the person who invited can no longer grant them',
  'binding.created': ' granted a role',
  'binding.removed': ' removed a role',
  'trust.created': ' created a trust for CI jobs',
  'trust.revoked': ' revoked a trust for CI jobs',
  'workload.issued': ' started a session as a CI job',
  'workload.ended': ' ended the session of a CI job',
  'second-factor.added': ' added a second factor',
  'second-factor.renamed': ' renamed a second factor',
  'second-factor.removed': ' removed a second factor',
  'second-factor.reset': ' reset the second factors of a user',
  'second-factor.failed': ' could not prove a second factor',
  'backup-codes.created': ' created backup codes',
  'step-up.proved': ' proved a second factor',
  'step-up.redeemed': ' used the proof of a second factor in another program',
  'configuration.loaded': ' started',
  'policy.loaded': ' loaded a changed policy',
  'policy.rejected': ' rejected an invalid policy',
  'policy.studied': ' compared a policy with recorded calls',
  'package.recorded': ' called a policy package, which recorded this event',
  'stream.opened': ' opened a stream of the audit log',
  'stream.closed': ' closed a stream of the audit log',
  'stream.abandoned': ' closed a stream of the audit log whose process had died',
  'stream.recovered': ' imported events from a fallback file',
  'stream.not-recovered': ' could not import events from a fallback file',
  'access-review.read': ' read the access review',
  'audit.read': ' read the audit log',
  'audit.exported': ' exported the audit log',
  'audit.inconsistent': ' found that the audit log differs from what was signed',
  'audit.archived': ' archived a month of the audit log',
  'audit.dropping': ' is about to remove an archived month from the database',
  'audit.dropped': ' removed an archived month from the database',
  'signing-key.changed': ' began to sign checkpoints with another key',
  'alarm.acknowledged': ' acknowledged an alarm',
  'log.restored': ' recorded that the audit log was restored from a backup',
  'environment.changed': ' changed an environment variable',
  'recording.read': ' opened a session recording',
  'recording.ended': ' ended a recorded session',
  'recording.closed': ' closed the recording of a session whose gateway process had died',
  'recording.removed': ' removed an old session recording',
  'live-call.ended': ' ended a live call',
  'access-request.continued': ' continued a live call under another grant, or by bindings alone',
}
