import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { tryGateway } from '../gateway/gateway-request.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { askDeadline } from './deadlines.ts'
import { type Finding, noGateway, ok, problem } from './finding.ts'
import type { Subject } from './subject.ts'

const Readiness = Type.Object({
  status: Type.String(),
  checks: Type.Record(Type.String(), Type.Object({ ready: Type.Boolean(), detail: Type.String() })),
})

/** Whether the gateway answers, and is ready, by its own account. */
export async function checkGateway({ origin, trust }: Pick<Subject, 'origin' | 'trust'>): Promise<Finding> {
  if (origin === null) return noGateway
  const answer = await tryGateway(origin, {
    path: '/gateway/health/ready',
    trust,
    deadline: askDeadline,
  })
  const check = 'check the address and the network'
  if (answer.kind === 'unanswered')
    return problem(
      `${origin} could not be asked: ${printable(answer.reason)}`,
      answer.distrusted === null ? answer.next : 'see tls',
      exitCodes.unreachable,
    )
  const { value } = answer
  if (!Value.Check(Readiness, value))
    return problem(
      `${origin} did not answer as a Rack Gateway does (status ${answer.status})`,
      check,
      exitCodes.unreachable,
    )
  const parts = Object.entries(value.checks)
  const failing = parts.filter(([, { ready }]) => !ready)
  const shown = (some: typeof parts) => some.map(([name, { detail }]) => printable(`${name}: ${detail}`)).join('; ')
  // Details of what is well are for operators, who read them at the gateway.
  if (failing.length === 0 && answer.status === 200)
    return ok(printable(`ready: ${parts.map(([name]) => name).join(', ')}`))
  return problem(
    `not ready; ${shown(failing.length > 0 ? failing : parts)}`,
    "tell the gateway's operator; its log says more",
    failing.every(([name]) => name === 'audit') && failing.length > 0 ? exitCodes.auditUnavailable : exitCodes.failure,
  )
}
