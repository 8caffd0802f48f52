import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { tryGateway } from '../gateway/gateway-request.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { requestDeadline } from './deadlines.ts'
import { type Finding, noGateway, ok, problem } from './finding.ts'
import type { CheckSubject } from './subject.ts'

const Readiness = Type.Object({
  status: Type.String(),
  checks: Type.Record(Type.String(), Type.Object({ ready: Type.Boolean(), detail: Type.String() })),
})

export async function checkGateway({ origin, tlsTrust }: Pick<CheckSubject, 'origin' | 'tlsTrust'>): Promise<Finding> {
  if (origin === null) return noGateway
  const answer = await tryGateway(origin, {
    path: '/gateway/health/ready',
    tlsTrust,
    deadline: requestDeadline,
  })
  if (answer.kind === 'unanswered')
    return problem(
      `The request to ${origin} failed: ${printable(answer.reason)}.`,
      answer.untrusted === null ? answer.remedy : 'See the finding of tls.',
      exitCodes.unreachable,
    )
  const { value } = answer
  if (!Value.Check(Readiness, value))
    return problem(
      `${origin} does not answer like a Rack Gateway (status ${answer.status}).`,
      'Check the address and the network.',
      exitCodes.unreachable,
    )
  const checks = Object.entries(value.checks)
  const failing = checks.filter(([, { ready }]) => !ready)
  const describe = (some: typeof checks) => some.map(([name, { detail }]) => printable(`${name}: ${detail}`)).join('; ')
  // Details of passed checks are for operators, who see them at the gateway.
  if (failing.length === 0 && answer.status === 200)
    return ok(printable(`The gateway is ready: ${checks.map(([name]) => name).join(', ')}.`))
  return problem(
    `The gateway is not ready: ${describe(failing.length > 0 ? failing : checks)}.`,
    'Tell the operator of the gateway. Its log has the details.',
    failing.every(([name]) => name === 'audit') && failing.length > 0 ? exitCodes.auditUnavailable : exitCodes.failure,
  )
}
