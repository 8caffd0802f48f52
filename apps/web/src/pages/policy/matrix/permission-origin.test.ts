import { expect, test } from 'vitest'
import { permissionOrigins } from './permission-origin.ts'

const role = (name: string, ...extended: string[]) => ({
  name,
  description: '',
  source: `policy.yaml:${name.length}`,
  extends: extended,
  conditions: [],
})

const roles = [role('viewer'), role('deployer', 'viewer'), role('on-call', 'deployer', 'viewer'), role('ci')]
const originsOf = (name: string, holders: string[]) => {
  const found = roles.find((one) => one.name === name)
  if (found === undefined) throw new Error('no such role')
  return permissionOrigins(found, { name: 'p', description: '', roles: holders }, roles).map((one) => one.name)
}

test('the origin of a permission is the role that lists it, even if it is inherited through several roles', () => {
  expect(originsOf('viewer', ['viewer', 'deployer', 'on-call'])).toEqual(['viewer'])
  expect(originsOf('on-call', ['viewer', 'deployer', 'on-call'])).toEqual(['viewer'])
  expect(originsOf('on-call', ['deployer', 'on-call'])).toEqual(['deployer'])
  expect(originsOf('on-call', ['on-call'])).toEqual(['on-call'])
})
