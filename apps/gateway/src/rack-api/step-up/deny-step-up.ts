import { stepUpPath } from '@rack-gateway/convox-api'
import type { DecisionBase } from '@rack-gateway/rbac-policy'
import type { FastifyReply } from 'fastify'
import { StepUpChallenge, StepUpNeeded, withDenial } from '../../errors/errors.ts'

/**
 * How a caller gets the proof.
 * `challenge`: the stock CLI asks for the proof and repeats the call.
 * `probe`: the user repeats the command. Before each WebSocket, the stock CLI sends a request, which then asks for the
 * proof.
 * `command`: the user runs a command of the stock CLI, and then the next command.
 * `code`: the page shows a code, with which the user runs a command, and then the next command.
 * `response`: the web console or `rack-gateway` asks for the proof and repeats the call.
 */
export type ProofFlow = 'challenge' | 'probe' | 'command' | 'code' | 'response'

export interface RequestedProof {
  readonly id: string
  /** The address of the page for the proof. */
  readonly page: string
  readonly flow: ProofFlow
  /** Whether the user has a second factor. The page lets the user add the first one. */
  readonly hasFactor: boolean
  /** What the user of the stock CLI does after the proof, as the end of a sentence. */
  readonly next?: string
}

type StepUpDenial = Pick<DecisionBase, 'rule' | 'source' | 'reason' | 'policy'>

/** For the flow `challenge`, also sets the response header of the challenge. */
export function denyStepUp(
  { rule, source, reason, policy }: StepUpDenial,
  { id, page, flow, hasFactor, next = 'repeat the command' }: RequestedProof,
  reply: FastifyReply,
): Error {
  const remedy = `${hasFactor ? '' : noFactor}${remedies[flow](page, next)}`
  const ErrorClass = flow === 'challenge' ? StepUpChallenge : StepUpNeeded
  if (flow === 'challenge') reply.header('www-authenticate', `Session path="${stepUpPath}/${id}" token="true"`)
  const error = new ErrorClass(reason, `${remedy} (rule ${rule})`)
  return Object.assign(withDenial(error, { rule, source, reason, remedy, policy }), { stepUp: { id, page } })
}

/**
 * The denial of a call whose proof would be bound to the address of the caller, which the gateway does not know. It names
 * no step-up, because nobody could use one.
 */
export function denyWithoutAddress(
  { rule, source, reason, policy }: StepUpDenial,
  { secret }: { readonly secret: string | null },
): Error {
  // Only rack-gateway sends a secret in this mode. Its proofs need no address.
  const remedy = secret === null ? `${noAddress.reason} ${noAddress.remedy}` : remedies.response('', '')
  return withDenial(new StepUpNeeded(reason, `${remedy} (rule ${rule})`), { rule, source, reason, remedy, policy })
}

export const noAddress = {
  reason: 'The gateway does not know your address, so a proof cannot be bound to it.',
  remedy: 'Use rack-gateway, or convox after "convox login". An administrator of the gateway can set TRUSTED_PROXIES.',
} as const

const noFactor = 'You have no second factor yet. Add one in the browser, when it asks for the proof. '

const remedies: Readonly<Record<ProofFlow, (page: string, next: string) => string>> = {
  challenge: () => 'Prove your second factor in the browser.',
  probe: (_page, next) => `${capitalized(next)}. Then convox asks for the proof.`,
  command: (_page, next) => `Run: convox api get ${stepUpPath}, then ${next}.`,
  code: (page, next) =>
    `Open ${page} in your browser, and run the command that it shows: convox api get ${stepUpPath}/CODE. Then ${next}.`,
  response: () => 'Repeat the request with rack-gateway or in the web console, which ask for the proof.',
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
