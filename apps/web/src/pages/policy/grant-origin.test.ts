import { expect, test } from 'vitest'
import { grantOrigins } from './grant-origin.ts'

const role = (name: string, ...above: string[]) => ({
  name,
  description: '',
  source: `policy.yaml:${name.length}`,
  extends: above,
  conditions: [],
})

const roles = [role('viewer'), role('deployer', 'viewer'), role('on-call', 'deployer', 'viewer'), role('ci')]
const namesOf = (name: string, holders: string[]) => {
  const found = roles.find((one) => one.name === name)
  if (found === undefined) throw new Error('no such role')
  return grantOrigins(found, { name: 'p', description: '', roles: holders }, roles).map((one) => one.name)
}

test('a permission comes from the role that lists it, however many extend that', () => {
  expect(namesOf('viewer', ['viewer', 'deployer', 'on-call'])).toEqual(['viewer'])
  expect(namesOf('on-call', ['viewer', 'deployer', 'on-call'])).toEqual(['viewer'])
  expect(namesOf('on-call', ['deployer', 'on-call'])).toEqual(['deployer'])
  expect(namesOf('on-call', ['on-call'])).toEqual(['on-call'])
})
