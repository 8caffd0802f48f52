import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

interface Named {
  readonly name: string
}
interface Container extends Named {
  readonly env: readonly (Named & { readonly value: string })[]
}
interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } }
}

const text = readFileSync(new URL('../kubernetes/rack-api-feature-gate.yaml', import.meta.url), 'utf8')
const containersOf = ({ spec }: Deployment) => spec.template.spec.containers

/** As Kubernetes merges a patch: containers and variables by name. */
function patched(containers: readonly Container[], patch: readonly Container[]): Container[] {
  const names = [...new Set([...containers, ...patch].map(({ name }) => name))]
  return names.map((name) => {
    const variables = [...containers, ...patch].filter((one) => one.name === name).flatMap(({ env }) => env)
    return { name, env: [...new Map(variables.map((variable) => [variable.name, variable])).values()] }
  })
}

test("the patch adds the feature gate to the container of the rack's API, and changes nothing else", () => {
  // The container's name and `FEATURE_GATES` are those of `terraform/api` in convox 3.24.9.
  const api: Container = { name: 'system', env: [{ name: 'DOMAIN', value: 'example.com' }] }
  const patch: Deployment = parse(text)
  expect(patched([api], containersOf(patch))).toEqual([
    { name: 'system', env: [...api.env, { name: 'FEATURE_GATES', value: 'system-env-disable=true' }] },
  ])
  expect(Object.keys(patch)).toEqual(['spec'])
})
