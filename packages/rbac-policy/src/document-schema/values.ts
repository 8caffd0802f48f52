import { type Static, Type } from 'typebox'
import type { ValueRule } from '../policy-document/recorded-values.ts'
import { closed, type LineOf, listOf, narrowingList } from './lists.ts'

const WrittenValueRule = Type.Object(
  {
    parameters: listOf('patterns of names of parameters, such as [count, cpu*, parameters.node_type]', { minItems: 1 }),
    routes: narrowingList('routes'),
    permissions: narrowingList('permissions, such as [service:scale, release:*]'),
    racks: narrowingList('rack patterns, such as [staging*]'),
    apps: narrowingList('app patterns'),
  },
  { ...closed, description: 'a value rule: parameters, and optionally routes, permissions, racks, and apps' },
)

/** The section `audit` of a policy document. */
export const WrittenAudit = Type.Object(
  { values: Type.Record(Type.String(), WrittenValueRule, { description: 'a mapping of IDs to value rules' }) },
  { ...closed, description: 'values' },
)
export type WrittenAudit = Static<typeof WrittenAudit>

export function valueRules({ values }: WrittenAudit, lineOf: LineOf): ValueRule[] {
  return Object.entries(values).map(([id, rule]) => ({ id, ...rule, source: lineOf(['audit', 'values', id]) }))
}
