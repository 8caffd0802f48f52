import { expect, test } from 'vitest'
import { rankCommands } from './rank-commands.ts'

const command = (label: string, more: object = {}) => ({ id: label, label, run() {}, ...more })
const labels = (typed: string, ...commands: ReturnType<typeof command>[]) =>
  rankCommands(commands, typed).map(({ label }) => label)

test('an exact match comes first, then a prefix, a word, and a part of a word', () => {
  const commands = [
    command('Inaudita'),
    command('Export events of the audit log'),
    command('Auditors: show them'),
    command('Open Audit', { name: 'Audit' }),
    command('Open Policy'),
  ]
  expect(labels('Audit', ...commands)).toEqual([
    'Open Audit',
    'Auditors: show them',
    'Export events of the audit log',
    'Inaudita',
  ])
})

test('every typed word must occur, in any order and any case', () => {
  const commands = [command('Open the app web on staging'), command('Open the app web on production')]
  expect(labels('STAG  we', ...commands)).toEqual(['Open the app web on staging'])
  expect(labels('web nowhere', ...commands)).toEqual([])
})

test('a command that answers the whole text is always first, and one that leads to a list is always last', () => {
  const commands = [
    command('→ Apps matching x', { position: 'last' }),
    command('x'),
    command('→ Open the event x', { position: 'first' }),
  ]
  expect(labels('x', ...commands)).toEqual(['→ Open the event x', 'x', '→ Apps matching x'])
})

test('commands with the same rank, and all commands without a text, keep their order', () => {
  const commands = [command('b one'), command('a one')]
  expect(labels('one', ...commands)).toEqual(['b one', 'a one'])
  expect(labels(' ', ...commands)).toEqual(['b one', 'a one'])
})
