import type { Context } from '../context.ts'
import { runChecks } from '../doctor/checks.ts'
import type { NamedFinding } from '../doctor/finding.ts'
import { subjectOf } from '../doctor/subject.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { safeJson } from '../output/safe-json.ts'

/** Looks at all that a command depends on, and says what to do. @returns the exit code */
export async function doctor(context: Context, rack: string | null, format: 'text' | 'json'): Promise<number> {
  const findings = await runChecks(await subjectOf(context, rack))
  const exit = exitCodeFor(findings)
  if (format === 'json') context.print(safeJson({ healthy: exit === exitCodes.ok, findings: findings.map(shown) }, 2))
  else for (const finding of findings) for (const line of linesOf(finding, context)) context.print(line)
  return exit
}

/** That of the problems, where all have the same one. */
function exitCodeFor(findings: readonly NamedFinding[]): number {
  const codes = new Set(findings.flatMap((finding) => (finding.status === 'problem' ? [finding.exit] : [])))
  const [only = exitCodes.ok] = codes
  return codes.size > 1 ? exitCodes.failure : only
}

function shown(finding: NamedFinding) {
  const { check, status, says } = finding
  return { check, status, says, next: nextOf(finding) }
}

function nextOf(finding: NamedFinding): string | null {
  return finding.status === 'ok' ? null : finding.next
}

const colours = { ok: 32, warning: 33, problem: 31 } as const

function linesOf(finding: NamedFinding, { styled }: Context): string[] {
  const { check, status, says } = finding
  const word = status.padEnd(8)
  const mark = styled ? `\u001b[${colours[status]}m${word}\u001b[0m` : word
  const next = nextOf(finding)
  return [`${mark} ${check.padEnd(14)} ${says}`, ...(next === null ? [] : [`${' '.repeat(24)}→ ${next}`])]
}
