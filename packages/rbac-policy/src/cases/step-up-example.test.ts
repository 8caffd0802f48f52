import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { documentWarnings, readPolicy } from '../document/document.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { binding, call, moment, now, principal, token } from '../testing/calls.ts'
import { readCases } from './read-cases.ts'
import { runCases } from './run-cases.ts'

const workspace = new URL('../../../../', import.meta.url)

function textOf(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, workspace)), 'utf8')
}

const text = textOf('examples/step-up-policy/policy.yaml')
const { document, problems } = readPolicy(text, 'policy.yaml')
if (document === null) throw new Error(problems.map((problem) => problem.text).join('; '))

describe('the recommended document', () => {
  test('is in the documentation, valid, and without warnings', () => {
    expect(textOf('docs/how-to/step-up-policy.md')).toContain(`\`\`\`yaml\n${text}\`\`\``)
    expect(documentWarnings(document)).toEqual([])
  })

  function results(tested: PolicyDocument) {
    const file = readCases(textOf('examples/step-up-policy/policy.cases.yaml'))
    if ('problems' in file) throw new Error(JSON.stringify(file.problems))
    const { cases, problems: wrong } = file.checkAgainst(tested)
    if (cases === null) throw new Error(JSON.stringify(wrong))
    const { evaluations, coverage } = runCases(tested, cases)
    return { coverage, failed: evaluations.filter(({ passed }) => !passed).map((one) => one.case.name) }
  }

  test('has a case for each requirement', () => {
    const { coverage, failed } = results(document)
    expect(failed).toEqual([])
    expect(coverage.filter(({ exercised }) => !exercised).map(({ rule }) => rule)).toEqual([])
  })

  // A planned call has no resource, because only the rack knows the resource at an address.
  test('has a case that fails without a permission of a rule, except for resource:proxy', () => {
    const { stepUp } = document
    const without = stepUp.rules.flatMap((rule) =>
      (rule.permissions ?? []).map((removed) => {
        const permissions = rule.permissions?.filter((one) => one !== removed)
        const rules = stepUp.rules.map((one) => (one === rule ? { ...rule, permissions } : one))
        return { removed, failed: results({ ...document, stepUp: { ...stepUp, rules } }).failed }
      }),
    )
    expect(without.filter(({ failed }) => failed.length === 0).map(({ removed }) => removed)).toEqual([
      'resource:proxy',
    ])
  })

  test('requires a recent proof for a proxy to a resource', () => {
    const proxy = call('WS /proxy/{host}/{port}', { resource: { app: 'web', name: 'db' } })
    const user = principal([binding('deployer')], { secondFactor: true })
    expect(compilePolicy(document).decide(user, proxy)).toMatchObject({
      effect: 'require',
      rule: 'step-up:rule changes',
    })
  })

  test('requires a recent proof for sensitive changes, except of one service account', () => {
    const policy = compilePolicy(document)
    const change = { permission: 'gateway:binding:write', scope: 'gateway', stepUp: 'management' } as const
    const admin = [binding('admin')]
    const owner = { kind: 'service-account', id: 's', name: 'terraform', bindings: admin } as const
    expect(policy.managementStepUp(principal(admin), change, moment(now))).toMatchObject({
      effect: 'require',
      level: { kind: 'recent', within: 600_000 },
    })
    expect(policy.managementStepUp(token(admin, admin, { owner }), change, moment(now))).toBeNull()
    expect(policy.managementStepUp(token(admin, admin), change, moment(now))).toMatchObject({ effect: 'deny' })
  })
})
