import {
  childMiB,
  containerMiB,
  heapMiB,
  outsideHeap,
  RackEnvironment,
  ServerEnvironment,
  SinkEnvironment,
} from '@rack-gateway/config'
import { databasePools } from '@rack-gateway/gateway'
import { resourceTable } from './resources.ts'
import { code, list, table } from './table.ts'

/** The generated parts of configuration.md, from the schemas that the server reads its environment by. */
export function configurationParts(): Record<string, string> {
  return {
    racks: variableList(RackEnvironment, '_<NAME>'),
    server: variableList(ServerEnvironment, ''),
    sinks: variableList(SinkEnvironment, '_<NAME>'),
    resources: resourceTable(),
    memory: memoryTable(),
    pools: poolTable(),
  }
}

function memoryTable(): string {
  return table(
    ['memory', 'MiB'],
    [
      ["V8's heap (`--max-old-space-size`)", heapMiB],
      ...outsideHeap.map(({ part, MiB }): [string, number] => [part, MiB]),
      ['one child process for a policy check', childMiB],
      ['**the container**', containerMiB],
    ].map(([part, MiB]) => [String(part), String(MiB)]),
  )
}

function poolTable(): string {
  const pools = Object.values(databasePools).map((pool) => {
    const connections = pool.max * ('times' in pool ? pool.times : 1)
    return { name: code(pool.applicationName), purpose: pool.purpose, connections }
  })
  const total = pools.reduce((sum, { connections }) => sum + connections, 0)
  return table(
    ['`application_name`', 'used for', 'connections'],
    [...pools, { name: '**all**', purpose: '', connections: total }].map(({ name, purpose, connections }) => [
      name,
      purpose,
      String(connections),
    ]),
  )
}

interface Variables {
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
}

function variableList({ properties, required }: Variables, suffix: string): string {
  const rows = Object.entries(properties).map(([name, type]): [string, string] => {
    const fallback = 'default' in type ? code(String(type.default)) : required.includes(name) ? 'required' : 'none'
    const remark = fallback === 'none' ? '' : fallback === 'required' ? ' (required)' : ` (default ${fallback})`
    return [`${code(`${name}${suffix}`)}${remark}`, meaningOf(type)]
  })
  return list(rows)
}

/** The range that the page names once, and an example that is the default, are left out. */
function meaningOf(type: object): string {
  if (!('description' in type)) return ''
  const meaning = String(type.description).replace(', from 1 to 10000', '')
  const example = 'default' in type ? `, such as ${type.default}` : ''
  return meaning.endsWith(example) ? meaning.slice(0, meaning.length - example.length) : meaning
}
