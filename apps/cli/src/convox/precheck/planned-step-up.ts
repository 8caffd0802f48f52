import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type EvaluatedScenario, evaluatePlanned } from '@rack-gateway/rbac-policy'
import type { Snapshot } from './snapshot.ts'

/** The calls of a command that need the proof of a second factor. */
export interface PlannedStepUp {
  /** The command's name. */
  readonly command: string
  /** The gateway's name of the rack. */
  readonly rack: string
  readonly calls: readonly StepUpCall[]
  /** The methods that all of the calls accept. */
  readonly methods: 'passkey' | 'any'
  /** Whether the command cannot succeed without a proof. If false, only the rack knows whether a proof is needed. */
  readonly isCertain: boolean
}

/** As in the request of `createStepUp`, but values can have any length. */
export interface StepUpCall {
  readonly rack: string
  readonly app: string | null
  readonly route: string
  readonly command: readonly string[] | null
  readonly params: Record<string, string | null>
  readonly query: Record<string, string | null>
  readonly form: Record<string, string | null>
  readonly headers: Record<string, string | null>
  readonly repeated: boolean
}

/**
 * In a git repository, convox adds these to a build and to the release of an external build. The arguments do not show
 * whether it does.
 */
const fieldsFromGit: Readonly<Record<string, Record<string, null>>> = {
  'POST /apps/{app}/builds': { description: null, 'git-sha': null },
  'POST /apps/{app}/releases': { description: null },
}
/** The most calls that the management API accepts for a step-up. Commands have far fewer calls. */
const maxCalls = 50

/** @param at the gateway's time @returns null if no call can need a proof */
export function plannedStepUp(
  snapshot: Snapshot,
  { command, calls: planned }: { readonly command: string; readonly calls: readonly PlannedCall[] },
  at: number,
): PlannedStepUp | null {
  if (!hasStepUps(snapshot)) return null
  const calls: StepUpCall[] = []
  let methods: PlannedStepUp['methods'] = 'any'
  let isCertain = false
  for (const plannedCall of planned) {
    const scenarios = evaluatePlanned({ ...snapshot, at, address: null }, plannedCall)
    const needing = scenarios.filter(needsStepUp)
    const [first] = needing
    if (first === undefined) continue
    calls.push(callOf(snapshot.rack, plannedCall, first))
    if (needing.some(needsPasskey)) methods = 'passkey'
    if (plannedCall.essential && !scenarios.some(({ decision }) => decision.effect === 'allow')) isCertain = true
  }
  if (calls.length === 0) return null
  return { command, rack: snapshot.rack, calls: calls.slice(0, maxCalls), methods, isCertain }
}

/** Most policies require no step-up, so their calls need not be evaluated. */
function hasStepUps({ document }: Snapshot): boolean {
  const { roles, commands, stepUp } = document
  return (
    stepUp.rules.length > 0 ||
    roles.some((role) => (role.stepUp?.length ?? 0) > 0) ||
    commands.some((rule) => rule.stepUp !== undefined)
  )
}

function needsStepUp({ decision }: EvaluatedScenario): boolean {
  return decision.effect === 'require' && decision.requirement === 'step-up'
}

function needsPasskey({ decision }: EvaluatedScenario): boolean {
  return (
    decision.effect === 'require' &&
    decision.requirement === 'step-up' &&
    decision.level.kind === 'always' &&
    decision.level.methods === 'passkey'
  )
}

function callOf(
  rack: string,
  { route, app, params, values, repeated }: PlannedCall,
  { call }: EvaluatedScenario,
): StepUpCall {
  const argv = call?.command?.argv ?? null
  const shell = call?.instanceCommand
  // The key of an object is an example.
  const { key: _, ...knownParams } = params
  return {
    rack,
    app,
    route: route.id,
    command: argv ?? (shell === undefined ? null : [shell]),
    params: knownParams,
    query: Object.fromEntries(values.query),
    form: { ...fieldsFromGit[route.id], ...Object.fromEntries(values.form) },
    headers: Object.fromEntries(values.headers),
    repeated,
  }
}
