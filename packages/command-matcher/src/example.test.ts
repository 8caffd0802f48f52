import { compileRules, matchCommand, parseWords, readCommand } from '@rack-gateway/command-matcher'
import { expect, test } from 'vitest'

test('a rule allows its commands, and no other', () => {
  const parsed = parseWords('rake db:migrate|db:seed')
  if ('problem' in parsed) throw new Error(parsed.problem)
  const rules = compileRules([{ id: 'migrate', argv: parsed.words, services: ['command'], roles: ['deployer'] }])

  function decide(header: string) {
    const { argv, error, mode } = readCommand(header, 'run') // the Command header of a run
    if (argv === null) throw new Error(`The rack cannot split this command: ${error}`)
    return matchCommand(rules, { argv, mode, service: 'command', app: 'web', rack: 'staging', roles: ['deployer'] })
  }
  expect(decide('rake db:migrate')).toMatchObject({ effect: 'allow', rule: 'migrate' })
  expect(decide('rake db:drop')).toMatchObject({ effect: 'deny', rule: 'no-rule' })
})
