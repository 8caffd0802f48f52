import { withTimeout } from '@rack-gateway/errors/with-timeout'
import { failure } from '../gateway/gateway-request.ts'
import { isExpected } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { checkClock } from './check-clock.ts'
import { checkConfig } from './check-config.ts'
import { checkConvox } from './check-convox.ts'
import { checkDns } from './check-dns.ts'
import { checkGateway } from './check-gateway.ts'
import { checkTls } from './check-tls.ts'
import { checkToken } from './check-token.ts'
import { checkVersions } from './check-versions.ts'
import { checkDeadline } from './deadlines.ts'
import { type CheckName, checkNames, type Finding, type NamedFinding, problem, refusal } from './finding.ts'
import { rackPassword } from './rack-password.ts'
import type { Subject } from './subject.ts'

type Check = (subject: Subject) => Promise<Finding>

const checks: Readonly<Record<CheckName, Check>> = {
  config: checkConfig,
  dns: checkDns,
  tls: checkTls,
  clock: checkClock,
  gateway: checkGateway,
  versions: checkVersions,
  token: checkToken,
  convox: checkConvox,
  'rack-password': async () => rackPassword,
}

/** All checks at once, none of which waits for another or longer than the deadline. */
export function runChecks(subject: Subject): Promise<NamedFinding[]> {
  return Promise.all(
    checkNames.map(async (check) => ({ check, ...(await within(checkDeadline, checks[check](subject))) })),
  )
}

/** What a check found, or that it didn't in so many milliseconds. */
export async function within(limit: number, check: Promise<Finding>): Promise<Finding> {
  try {
    return await withTimeout(check, limit, () => problem(`not known within ${limit / 1_000} s`, 'try again'))
  } catch (error) {
    return isExpected(error) ? refusal(error) : problem(`could not be checked: ${printable(failure(error))}`, null)
  }
}
