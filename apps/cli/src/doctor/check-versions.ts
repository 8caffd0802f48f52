import { askVersions, upgradeAdvice } from '../gateway/versions.ts'
import { printable } from '../output/terminal.ts'
import { version } from '../version.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { Subject } from './subject.ts'

/** The CLI's, the gateway's and the rack's, and whether the gateway asks for a newer CLI. */
export async function checkVersions({ target }: Pick<Subject, 'target'>): Promise<Finding> {
  const own = `rack-gateway ${version()}`
  if (target === null) return warning(`${own}; the gateway says its own only to whom it knows`, null)
  const versions = await askVersions(target)
  const { gateway, rack, asked, unknown } = versions
  const says = [
    own,
    ...(gateway ? [`gateway ${printable(gateway.version)}`] : []),
    ...(rack ? [`rack ${printable(rack.name)} ${printable(rack.version)}`] : []),
    ...(asked?.minimum ? [`the gateway asks for rack-gateway ${printable(asked.minimum)} or newer`] : []),
    ...unknown,
  ].join('; ')
  const advice = upgradeAdvice(versions)
  if (versions.upgrade === 'needed') return problem(says, advice)
  return advice === null && unknown.length === 0 ? ok(says) : warning(says, advice)
}
