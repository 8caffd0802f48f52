import { allCommands, type ConvoxCommand } from '@rack-gateway/convox-api/commands'
import { code, joined, list } from './table.ts'

/** The generated parts of commands.md, from the table that plans are made from. */
export function commandParts(): Record<string, string> {
  const commands = allCommands().toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const calling = commands.filter(({ effect }) => typeof effect !== 'string')
  const local = commands.filter(({ effect }) => effect === 'local')
  const rows = calling.map((command) => [
    code(command.name),
    permissionsOf(command, 'essential').map(code).join(' '),
    permissionsOf(command, 'optional').map(code).join(' '),
  ])
  const items = joined(rows, 0).map(
    ([names = '', needed = '', optional = '']) =>
      [names, needed, optional === '' ? '' : `also ${optional}`] as [string, ...string[]],
  )
  return {
    commands: list(items),
    local: `${local.map(({ name }) => code(name)).join(', ')}.`,
  }
}

/** Each permission once, in the order of the calls. The optional ones do not repeat the essential ones. */
function permissionsOf({ effect }: ConvoxCommand, need: 'essential' | 'optional'): string[] {
  if (typeof effect === 'string') return []
  const needed = new Set(effect.flatMap(({ route, essential }) => (essential ? [route.permission] : [])))
  const all = [...new Set(effect.map(({ route }) => route.permission))]
  return all.filter((permission) => needed.has(permission) === (need === 'essential'))
}
