import { RackEnvironment, ServerEnvironment, SinkEnvironment } from '@rack-gateway/config'
import { code, list } from './table.ts'

/** The generated parts of configuration.md, from the schemas that the server reads its environment by. */
export function configurationParts(): Record<string, string> {
  return {
    racks: variableList(RackEnvironment, '_<NAME>'),
    server: variableList(ServerEnvironment, ''),
    sinks: variableList(SinkEnvironment, '_<NAME>'),
  }
}

interface Variables {
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
}

function variableList({ properties, required }: Variables, suffix: string): string {
  const rows = Object.entries(properties).map(([name, type]): [string, string] => {
    const fallback = 'default' in type ? code(String(type.default)) : required.includes(name) ? 'required' : 'none'
    const remark = fallback === 'none' ? '' : fallback === 'required' ? ' (required)' : ` (default ${fallback})`
    const meaning = 'description' in type ? String(type.description) : ''
    const example = 'default' in type ? `, such as ${type.default}` : ''
    return [
      `${code(`${name}${suffix}`)}${remark}`,
      meaning.endsWith(example) ? meaning.slice(0, meaning.length - example.length) : meaning,
    ]
  })
  return list(rows)
}
