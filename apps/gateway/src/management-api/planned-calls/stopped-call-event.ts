import type { EventDraft } from '@rack-gateway/audit'
import { recordedKey } from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { commandWords, type Decision, type RackCall } from '@rack-gateway/rbac-policy'
import { redactedDecision } from '../../audit/call-event.ts'
import { createRedactedCommand } from '../../calls/redacted-command.ts'
import type { StoppedCall } from './stopped-call.ts'

export interface DeniedScenario {
  /** Null if the parameters are invalid. */
  readonly rackCall: RackCall | null
  readonly decision: Decision
}

type StoppedCallEvent = Omit<EventDraft, 'request' | 'principal' | 'source'>

export interface RedactionContext {
  readonly rack: Pick<Rack, 'name' | 'token'>
  readonly isSecret: (name: string) => boolean
}

/** The event of a call that was not sent: what the event of the denied call would contain, without assumptions. */
export function stoppedCallEvent(
  { planned, path, method }: StoppedCall,
  { rackCall, decision }: DeniedScenario,
  { rack, isSecret }: RedactionContext,
): StoppedCallEvent {
  const { route, app, process, parameters } = planned
  const words = rackCall === null ? null : commandWords(rackCall)
  const command = words && createRedactedCommand(words, { isSecret, rackToken: rack.token })
  const service = planned.service ?? process?.service ?? null
  const release = planned.release?.id ?? null
  const environment = changedKeys(planned.environment?.named ?? [], rackCall)
  return {
    kind: 'call',
    sent: false,
    rack: rack.name,
    ...(app !== null && { app }),
    route: route.id,
    ...(method !== null && { method }),
    path,
    permission: decision.permission,
    decision: redactedDecision(decision, command),
    ...(process !== null && process.id !== null && { process: process.id }),
    ...(service !== null && { service }),
    ...(release !== null && { release }),
    ...(command !== null && { command: [...command.words] }),
    ...(command?.hidden && { hidden: ['command'] }),
    ...(environment.length > 0 && { environment }),
    parameters: { query: [...parameters.query], form: [...parameters.form], headers: [...parameters.headers] },
  }
}

/** Without the permission of the route, a denied call does not have them either. */
function changedKeys(named: readonly string[], rackCall: RackCall | null): string[] {
  const changed = new Set(rackCall?.environment?.changed)
  return [...new Set(named.filter((key) => changed.has(key)).map(recordedKey))]
}
