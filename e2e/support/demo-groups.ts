import { demoGroups } from '@rack-gateway/demo/identity-provider'
import type { System } from './gateway/system.ts'

/** Gives groups of the demo's identity provider their roles on all racks. */
export async function bindDemoGroups(
  { issuer }: Pick<System, 'issuer'>,
  groups: readonly string[] = Object.keys(demoGroups),
): Promise<void> {
  for (const group of groups) {
    const role = demoGroups[group]
    if (role === undefined) throw new Error(`the demo has no group ${group}`)
    await issuer.addBinding({ kind: 'group', id: group }, { role })
  }
}
