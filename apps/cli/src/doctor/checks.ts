import { withTimeout } from '@rack-gateway/time'
import { isExpected } from '../errors/exit-codes.ts'
import { failureReason } from '../gateway/gateway-request.ts'
import { askVersions, upgradeAdvice } from '../gateway/versions.ts'
import { version } from '../package-files/version.ts'
import { printable } from '../terminal/terminal.ts'
import { checkClock } from './check-clock.ts'
import { checkConfig } from './check-config.ts'
import { checkConvox } from './check-convox.ts'
import { checkDns } from './check-dns.ts'
import { checkGateway } from './check-gateway.ts'
import { checkRack } from './check-rack.ts'
import { checkTls } from './check-tls.ts'
import { checkToken } from './check-token.ts'
import { checkDeadline, slowDeadline } from './findings/deadlines.ts'
import {
  type CheckName,
  checkNames,
  type Finding,
  type NamedFinding,
  ok,
  problem,
  problemFrom,
  warning,
} from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'
import { checkAddress } from './proxy/check-address.ts'
import { checkHost } from './proxy/check-host.ts'
import { checkTimeout } from './proxy/check-timeout.ts'
import { checkUpload } from './proxy/check-upload.ts'
import { checkWebSocket } from './proxy/check-websocket.ts'

type Check = (subject: CheckSubject) => Promise<Finding>

/** No program outside the rack can check for the password, so the finding only reminds the user. */
const rackPassword = warning(
  "Not checked: a rack can put its own password into every app's environment.",
  'Ask the operator of the rack whether system-env-disable=true is in api_feature_gates.',
)

const checks: Readonly<Record<CheckName, Check>> = {
  config: checkConfig,
  dns: checkDns,
  tls: checkTls,
  clock: checkClock,
  gateway: checkGateway,
  host: checkHost,
  address: checkAddress,
  websocket: checkWebSocket,
  upload: checkUpload,
  timeout: checkTimeout,
  versions: checkVersions,
  token: checkToken,
  rack: checkRack,
  convox: checkConvox,
  'rack-password': async () => rackPassword,
}

/** Checks that take longer than `checkDeadline`. Only `--slow` runs them. */
const slowChecks: ReadonlySet<CheckName> = new Set(['timeout'])

export function runChecks(subject: CheckSubject, { slow }: { readonly slow: boolean }): Promise<NamedFinding[]> {
  return Promise.all(
    checkNames
      .filter((check) => slow || !slowChecks.has(check))
      .map(async (check) => {
        const limit = slowChecks.has(check) ? slowDeadline + checkDeadline : checkDeadline
        return { check, ...(await withDeadline(limit, checks[check](subject))) }
      }),
  )
}

/** Turns errors and timeouts into findings. @param limit milliseconds */
export async function withDeadline(limit: number, check: Promise<Finding>): Promise<Finding> {
  try {
    return await withTimeout(check, limit, () =>
      problem(`The check did not end within ${limit / 1_000} s.`, 'Try again.'),
    )
  } catch (error) {
    return isExpected(error)
      ? problemFrom(error)
      : problem(`The check failed: ${printable(failureReason(error))}.`, null)
  }
}

async function checkVersions({ target }: Pick<CheckSubject, 'target'>): Promise<Finding> {
  const cli = `rack-gateway ${version()}`
  if (target === null) return warning(`${cli}. Without a login, the version of the gateway is unknown.`, null)
  const versions = await askVersions(target)
  const { gateway, rack, asked, unknown } = versions
  const known = [
    cli,
    ...(gateway ? [`gateway ${printable(gateway.version)}`] : []),
    ...(rack ? [`rack ${printable(rack.name)} ${printable(rack.version)}`] : []),
  ].join(', ')
  const says = [
    `${known}.`,
    ...(asked?.minimum ? [`The gateway needs rack-gateway ${printable(asked.minimum)} or newer.`] : []),
    ...unknown,
  ].join(' ')
  const advice = upgradeAdvice(versions)
  if (versions.upgrade === 'needed') return problem(says, advice)
  return advice === null && unknown.length === 0 ? ok(says) : warning(says, advice)
}
