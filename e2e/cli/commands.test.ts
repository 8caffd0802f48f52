import { loadRecordings } from '@rack-gateway/demo-rack/recordings'
import { describe, expect, test } from 'vitest'
import { listedCommands, otherCommands, rackCommands } from '../sequences/commands.ts'
import { sequences } from '../sequences/index.ts'
import { nameOf } from '../sequences/play.ts'
import { run } from '../support/program.ts'

const convox = process.env.CONVOX_BIN ?? null
const tried = [...loadRecordings(), ...sequences].flatMap(({ command }) => command.split('; '))

describe('the list of commands is whole', () => {
  test.each(rackCommands)('convox %s is tried by a recording or a sequence', (name) => {
    expect(
      tried.filter((command) => command === `convox ${name}` || command.startsWith(`convox ${name} `)),
    ).not.toEqual([])
  })

  test('every sequence is of a command that exists', () => {
    const strange = sequences.filter(
      ({ command }) =>
        !rackCommands.some((name) => command === `convox ${name}` || command.startsWith(`convox ${name} `)),
    )
    expect(strange).toEqual([])
  })

  test('no command is there twice', () => {
    const commands = sequences.map(({ command }) => command)
    expect(commands.filter((command, index) => commands.indexOf(command) !== index)).toEqual([])
  })

  test('a denied caller is refused at a request that the command makes', () => {
    const elsewhere = sequences.flatMap(({ command, steps, refused }) =>
      Object.values(refused)
        .filter((where) => !steps.some((step) => nameOf(step) === where && !step.byOthers))
        .map((where) => `${command}: ${where}`),
    )
    expect(elsewhere).toEqual([])
  })

  test.skipIf(convox === null)('and has all that the native CLI lists (runs when CONVOX_BIN names it)', async () => {
    const { stdout } = await run(convox ?? '', ['help'], { cwd: '/', env: { HOME: '/nonexistent' } })
    const known = new Set([...rackCommands, ...otherCommands])
    const listed = listedCommands(stdout)
    expect(listed.length).toBeGreaterThan(90)
    expect(listed.filter((name) => !known.has(name))).toEqual([])
  })
})
