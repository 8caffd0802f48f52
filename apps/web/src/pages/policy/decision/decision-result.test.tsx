// @vitest-environment happy-dom
import type { Decisions, PolicyMatrix } from '@rack-gateway/gateway-api'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { DecisionResult } from './decision-result.tsx'

vi.mock('@tanstack/react-router', () => ({ Link: () => null }))
vi.mock('../../../ui/denials/rule-link.tsx', () => ({ RuleLink: () => null }))
vi.mock('../../../ui/denials/rule-source.tsx', () => ({ RuleSource: () => null }))
vi.mock('../../../ui/denials/way-onward.tsx', () => ({ WayOnward: () => null }))

afterEach(cleanup)

const route = { summary: 'Delete an app.' } as PolicyMatrix['routes'][number]

function resultOf(decision: Partial<Decisions['decisions'][number]['decision']>): Decisions {
  return {
    rack: 'staging',
    policy: 'aa',
    caller: { name: 'ann@example.com' } as Decisions['caller'],
    decisions: [
      {
        route: 'DELETE /apps/{app}',
        when: null,
        otherwise: null,
        decision: {
          effect: 'deny',
          rule: 'no-permission',
          source: 'bindings',
          permission: 'app:delete',
          reason: 'app:delete on myapp needs the role admin.',
          roles: [],
          bindings: [],
          policy: 'aa',
          ...decision,
        },
      },
    ],
  }
}

function show(decision: Parameters<typeof resultOf>[0]): void {
  render(<DecisionResult question={{ route, body: { calls: [{ app: 'myapp' }] } }} result={resultOf(decision)} />)
}

test('a denial lists the roles of the caller, without saying that they grant the permission', () => {
  show({ roles: ['viewer', 'deployer'] })
  expect(screen.getByText('Roles of the caller for this call').nextElementSibling?.textContent).toBe('viewer, deployer')
  expect(screen.queryByText(/granted/i)).toBeNull()
})

test('without roles, the list is left out', () => {
  show({ roles: [] })
  expect(screen.queryByText('Roles of the caller for this call')).toBeNull()
})

test('a call that only observe mode allows has the decision of the policy', () => {
  const wouldBe = { rule: 'no-permission', source: 'bindings', reason: 'It is denied.', next: 'Ask.' }
  show({ effect: 'allow', rule: 'observe-mode', source: 'gateway', wouldBe: { ...wouldBe, effect: 'deny' } })
  expect(screen.getByRole('region', { name: 'Allowed in observe mode' }).textContent).toContain(
    'Would be denied when the policy is enforced:It is denied.Ask.',
  )
})
