import { rackRoutes } from '@rack-gateway/convox-api'
import { type ConvoxCommand, commandsThatCall, everyCommand } from '@rack-gateway/convox-api/commands'
import { code, table } from './table.ts'

/** The generated parts of commands.md, from the table that plans are made from. */
export function commandParts(): Record<string, string> {
  const commands = everyCommand()
  const asking = commands.filter(({ effect }) => typeof effect !== 'string').toSorted(byName)
  const local = commands.filter(({ effect }) => effect === 'local').toSorted(byName)
  return {
    commands: table(
      ['command', 'asks', 'may ask'],
      asking.map((command) => [
        code(command.name),
        routesOf(command, 'essential').map(code).join(', '),
        routesOf(command, 'optional').map(code).join(', '),
      ]),
    ),
    routes: table(
      ['route', 'commands'],
      rackRoutes.flatMap(({ id }) => {
        const uses = commandsThatCall(id).toSorted((one, other) => compared(one.command, other.command))
        return uses.length === 0 ? [] : [[code(id), uses.map(({ command }) => code(command)).join(', ')]]
      }),
    ),
    local: `${local.map(({ name }) => code(name)).join(', ')}.`,
  }
}

/** Each route once, in the order in which the command comes to it. What it needs at any time isn't among what it may ask. */
function routesOf({ effect }: ConvoxCommand, need: 'essential' | 'optional'): string[] {
  if (typeof effect === 'string') return []
  const needed = new Set(effect.flatMap(({ route, essential }) => (essential ? [route.id] : [])))
  const all = [...new Set(effect.map(({ route }) => route.id))]
  return all.filter((id) => needed.has(id) === (need === 'essential'))
}

function byName(one: ConvoxCommand, other: ConvoxCommand): number {
  return compared(one.name, other.name)
}

function compared(one: string, other: string): number {
  return one < other ? -1 : 1
}
