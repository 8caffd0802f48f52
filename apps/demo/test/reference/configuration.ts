import { RackEnvironment, ServerEnvironment, SinkEnvironment } from '@rack-gateway/config'
import { code, table } from './table.ts'

/** The generated parts of configuration.md, from the schemas that the server reads its environment by. */
export function configurationParts(): Record<string, string> {
  return {
    racks: variableTable(RackEnvironment, '_<NAME>'),
    server: variableTable(ServerEnvironment, ''),
    sinks: variableTable(SinkEnvironment, '_<NAME>'),
  }
}

interface Variables {
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
}

function variableTable({ properties, required }: Variables, suffix: string): string {
  const rows = Object.entries(properties).map(([name, type]) => {
    const fallback = 'default' in type ? code(String(type.default)) : required.includes(name) ? 'required' : 'none'
    return [code(`${name}${suffix}`), 'description' in type ? String(type.description) : '', fallback]
  })
  return table(['variable', 'should be', 'default'], rows)
}
