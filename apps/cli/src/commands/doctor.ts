import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { runChecks } from '../doctor/checks.ts'
import type { NamedFinding } from '../doctor/findings/finding.ts'
import { findSubject } from '../doctor/findings/subject.ts'
import { exitCodes } from '../errors/exit-codes.ts'
import type { Context } from '../invocation/context.ts'
import { safeJson } from '../output/safe-json.ts'
import { gatewayOptions } from './options/shared-options.ts'

export const command = 'doctor'
export const describe = 'Find out why something does not work, and what to do.'
export const details =
  'Checks the configuration file, network, certificate, clocks, versions, token, convox, gateway, and the proxy in front of it at once, each for at most 5 s. With --slow, it also checks the timeout of the proxy, which takes 70 s. It changes nothing at the gateway. Exits with 0 if there is no problem, with the exit code of the problem if there is one kind of problem, and otherwise with 1. A warning is not a problem.'
export const examples = [
  'rack-gateway doctor',
  'rack-gateway doctor --rack production',
  'rack-gateway doctor --slow',
  'rack-gateway doctor --json',
]
export const builder = {
  ...gatewayOptions,
  slow: { type: 'boolean', describe: 'Also check the timeout of the proxy, for 70 s' },
} as const satisfies CommandOptions
export const progress = 'checking'

export async function handler({ context, rack, slow = false, json }: Arguments<typeof builder>): Promise<number> {
  const findings = await runChecks(await findSubject(context, rack ?? null), { slow })
  const exit = exitCodeFor(findings)
  if (json) context.print(safeJson({ healthy: exit === exitCodes.ok, findings: findings.map(toJson) }, 2))
  else for (const finding of findings) for (const line of linesOf(finding, context)) context.print(line)
  return exit
}

function exitCodeFor(findings: readonly NamedFinding[]): number {
  const codes = new Set(findings.flatMap((finding) => (finding.status === 'problem' ? [finding.exit] : [])))
  const [only = exitCodes.ok] = codes
  return codes.size > 1 ? exitCodes.failure : only
}

function toJson(finding: NamedFinding) {
  const { check, status, says } = finding
  return { check, status, says, next: remedyOf(finding) }
}

function remedyOf(finding: NamedFinding): string | null {
  return finding.status === 'ok' ? null : finding.next
}

const colors = { ok: 32, warning: 33, problem: 31 } as const

function linesOf(finding: NamedFinding, { styled }: Context): string[] {
  const { check, status, says } = finding
  const word = status.padEnd(8)
  const mark = styled ? `\u001b[${colors[status]}m${word}\u001b[0m` : word
  const remedy = remedyOf(finding)
  return [`${mark} ${check.padEnd(14)} ${says}`, ...(remedy === null ? [] : [`${' '.repeat(24)}→ ${remedy}`])]
}
