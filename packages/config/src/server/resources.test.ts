import { expect, test } from 'vitest'
import { defaultLimits } from './limits.ts'
import { limitsOfResource, type ResourceName, resources } from './resources.ts'

/** A caller that uses too much of these loses its own connections first. */
const closing: readonly ResourceName[] = ['heads', 'unsent', 'metricsConnections']
const names = (Object.keys(resources) as ResourceName[]).filter((name) => !closing.includes(name))

test.each(names)('%s: no caller alone can use up the share of all callers', (name) => {
  const { process, principal, network, site, networks } = limitsOfResource(name)
  if (Number.isFinite(process) && process > 1) expect(principal).toBeLessThan(process)
  if (Number.isFinite(networks)) {
    expect(network).toBeLessThan(site)
    expect(site).toBeLessThan(networks)
    expect(networks).toBeLessThan(process)
  }
})

test('limits follow the settings', () => {
  const limits = { ...defaultLimits, bodyMemory: 640, callsPerPrincipal: 3 }
  expect(limitsOfResource('bodies', limits)).toEqual({
    process: 640,
    principal: 160,
    network: 10,
    site: 40,
    networks: 160,
    waiting: 3,
  })
  expect(limitsOfResource('websockets', limits)).toMatchObject({ process: Number.POSITIVE_INFINITY, waiting: 0 })
})
