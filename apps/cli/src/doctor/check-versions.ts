import { askVersions, upgradeAdvice } from '../gateway/versions.ts'
import { printable } from '../output/terminal.ts'
import { version } from '../version.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { CheckSubject } from './subject.ts'

export async function checkVersions({ target }: Pick<CheckSubject, 'target'>): Promise<Finding> {
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
